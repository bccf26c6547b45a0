# Referee for analysis/categorical.py and fisher.py.
#   Rscript categories.R OUTPUT_DIRECTORY     (run from this directory; writes categories_r.csv)
# Sources: rounding = Hollander and Wolfe 1973, p. 140 (?friedman.test); airways = Bentur et al. 2009 as quoted by
# Fagerland, Lydersen and Laake 2013, table 1; tea = Fisher 1935, convictions = Fisher 1962, job = Agresti 2002, p. 57
# (?fisher.test); the others are invented (four participants, all alike, two visits, ties; tables with an empty cell).
options(digits = 15, warn = 1)
out <- commandArgs(trailingOnly = TRUE)[1]
rows <- list()
add <- function(case, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, field = field, value = sprintf("%.15g", value))
}

# Friedman: participants in rows, visits in columns; exact p by going through all orders of the ranks of each row
orders <- function(v) {
  if (length(v) == 1) return(matrix(v))
  do.call(rbind, lapply(seq_along(v), function(i) cbind(v[i], orders(v[-i]))))
}
exact <- function(m) {
  ranks <- t(apply(m, 1, rank))
  sums <- matrix(0, 1, ncol(m))
  for (i in seq_len(nrow(m))) {
    all <- orders(ranks[i, ])
    sums <- sums[rep(seq_len(nrow(sums)), each = nrow(all)), , drop = FALSE] + all[rep(seq_len(nrow(all)), nrow(sums)), ]
  }
  mean(rowSums(sums^2) >= sum(colSums(ranks)^2) - 1e-9)
}
blocks <- read.csv("categories.csv")
for (set in unique(blocks$set)) {
  one <- blocks[blocks$set == set, ]
  m <- matrix(one$value, nrow = max(one$participant), byrow = TRUE)
  test <- friedman.test(m)
  cat("\n==", set, "\n"); print(test)
  add(paste("friedman", set), "q", unname(test$statistic)); add(paste("friedman", set), "df", unname(test$parameter))
  add(paste("friedman", set), "p_chi2", test$p.value)
  if (factorial(ncol(m))^nrow(m) < 5e6) add(paste("friedman", set), "p", exact(m))
}

# McNemar: exact as a binomial test of one half; mid-P with half the probability of the pattern seen
for (pair in list(c(7, 1), c(0, 4), c(3, 3), c(12, 5), c(0, 1), c(60, 85))) {
  case <- sprintf("mcnemar %d %d", pair[1], pair[2])
  n <- sum(pair)
  odds <- dbinom(0:n, n, .5)
  away <- abs(0:n - n / 2)
  seen <- abs(pair[1] - n / 2)
  add(case, "p", binom.test(pair[1], n)$p.value)
  add(case, "p_mid", sum(odds[away > seen]) + sum(odds[away == seen]) / 2)
}

# Fisher: p and odds ratio by fisher.test; its own search of the interval ends at 4 digits, so it is repeated here
end <- function(a, m, n, k, side) {
  x <- max(0, k - n):min(k, m)
  if (side == "low" && a == min(x)) return(0)
  if (side == "high" && a == max(x)) return(Inf)
  tail <- function(t) {
    w <- lchoose(m, x) + lchoose(n, k - x) + x * t
    w <- exp(w - max(w))
    sum(w[if (side == "low") x >= a else x <= a]) / sum(w) - 0.025
  }
  exp(uniroot(tail, c(-40, 40), tol = 1e-14)$root)
}
likeliest <- function(a, m, n, k) {
  x <- max(0, k - n):min(k, m)
  if (a == min(x)) return(0)
  if (a == max(x)) return(Inf)
  gap <- function(t) {
    w <- lchoose(m, x) + lchoose(n, k - x) + x * t
    w <- exp(w - max(w))
    sum(x * w) / sum(w) - a
  }
  exp(uniroot(gap, c(-40, 40), tol = 1e-14)$root)
}
tables <- list(tea = c(3, 1, 1, 3), convictions = c(2, 15, 10, 3), none = c(0, 5, 4, 1), all = c(6, 0, 2, 4),
               large = c(120, 80, 90, 110), uneven = c(1, 30, 6, 14), alike = c(5, 5, 5, 5), small = c(1, 1, 0, 2))
for (name in names(tables)) {
  cells <- tables[[name]]
  m <- matrix(cells, 2, byrow = TRUE)
  case <- paste("fisher", paste(cells, collapse = " "))
  test <- fisher.test(m)
  cat("\n==", name, "\n"); print(test)
  add(case, "p", test$p.value)
  add(case, "p_less", fisher.test(m, alternative = "less")$p.value)
  add(case, "p_greater", fisher.test(m, alternative = "greater")$p.value)
  a <- cells[1]; row <- sum(cells[1:2]); other <- sum(cells[3:4]); column <- cells[1] + cells[3]
  add(case, "odds_ratio", likeliest(a, row, other, column))
  add(case, "ci_low", end(a, row, other, column, "low")); add(case, "ci_high", end(a, row, other, column, "high"))
  stopifnot(isTRUE(all.equal(unname(test$estimate), likeliest(a, row, other, column), tolerance = 1e-3)))
}
larger <- list(c(3, 3, 0, 1, 2, 4, 0, 1, 5), c(5, 0, 0, 0, 5, 0, 0, 0, 5), c(2, 1, 3, 2, 2, 2))
for (cells in larger) {
  m <- matrix(cells, ncol = 3, byrow = TRUE)
  add(paste("larger", paste(cells, collapse = " ")), "p", fisher.test(m)$p.value)
}
write.csv(do.call(rbind, rows), file.path(out, "categories_r.csv"), row.names = FALSE, quote = FALSE)
cat("\n"); print(sessionInfo())
