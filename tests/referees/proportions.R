# Referee for analysis/proportions.py, designs.py, individual.py and incidence.py.
#   Rscript proportions.R OUTPUT_DIRECTORY     (run from this directory; writes proportions_r.csv)
# Numbers are invented, but for those of the examples of ?binom.test (Mendel: 682 of 925 against 3/4) and
# ?poisson.test (137 in 24.19893 units); Simon 1989 and A'Hern 2001 give the designs in their tables.
options(digits = 15, warn = 1)
out <- commandArgs(trailingOnly = TRUE)[1]
rows <- list()
add <- function(case, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, field = field, value = sprintf("%.15g", value))
}

# intervals of a proportion
mid_end <- function(x, n, side) {  # the p at which P(beyond x) + P(x) / 2 is 0.025
  if (side == "low" && x == 0) return(0)
  if (side == "high" && x == n) return(1)
  tail <- if (side == "low") function(p) pbinom(x, n, p, lower.tail = FALSE) + dbinom(x, n, p) / 2
          else function(p) pbinom(x - 1, n, p) + dbinom(x, n, p) / 2
  uniroot(function(p) tail(p) - 0.025, c(1e-12, 1 - 1e-12), tol = 1e-14)$root
}
for (pair in list(c(0, 1), c(1, 1), c(2, 4), c(0, 4), c(4, 4), c(9, 20), c(1, 30), c(30, 30), c(7, 1000), c(682, 925))) {
  x <- pair[1]; n <- pair[2]
  case <- sprintf("interval %d %d", x, n)
  for (level in c(0.95, 0.9)) {
    tail <- (1 - level) / 2
    cp <- binom.test(x, n, conf.level = level)$conf.int
    add(case, paste("Clopper-Pearson low", level), cp[1]); add(case, paste("Clopper-Pearson high", level), cp[2])
    w <- suppressWarnings(prop.test(x, n, correct = FALSE, conf.level = level))$conf.int
    add(case, paste("Wilson low", level), w[1]); add(case, paste("Wilson high", level), w[2])
    add(case, paste("Jeffreys low", level), if (x == 0) 0 else qbeta(tail, x + .5, n - x + .5))
    add(case, paste("Jeffreys high", level), if (x == n) 1 else qbeta(1 - tail, x + .5, n - x + .5))
  }
  add(case, "mid-P low 0.95", mid_end(x, n, "low")); add(case, "mid-P high 0.95", mid_end(x, n, "high"))
}

# exact test of a proportion
for (set in list(c(9, 20, .2), c(0, 4, .3), c(4, 4, .3), c(2, 7, .5), c(682, 925, .75), c(3, 30, .1), c(0, 10, 0), c(10, 10, 1),
                 c(1, 12, .35), c(8, 12, .35), c(51, 235, 1 / 6))) {
  case <- sprintf("binomial %d %d %.17g", set[1], set[2], set[3])
  two <- binom.test(set[1], set[2], set[3])
  if (set[2] == 925) print(two)
  add(case, "p", two$p.value)
  add(case, "p_less", binom.test(set[1], set[2], set[3], "less")$p.value)
  add(case, "p_greater", binom.test(set[1], set[2], set[3], "greater")$p.value)
}

# one stage (A'Hern 2001): smallest n with an exact level and power
for (set in list(c(.1, .3, .05, .2), c(.05, .2, .05, .1), c(.2, .4, .05, .1), c(.5, .7, .1, .2), c(.6, .8, .01, .2))) {
  n <- 1
  repeat {
    r <- qbinom(1 - set[3], n, set[1]) + 1
    while (pbinom(r - 2, n, set[1], lower.tail = FALSE) <= set[3]) r <- r - 1
    if (pbinom(r - 1, n, set[2], lower.tail = FALSE) >= 1 - set[4]) break
    n <- n + 1
  }
  case <- sprintf("one stage %g %g %g %g", set[1], set[2], set[3], set[4])
  add(case, "n", n); add(case, "needed", r)
  add(case, "alpha", pbinom(r - 1, n, set[1], lower.tail = FALSE))
  add(case, "power", pbinom(r - 1, n, set[2], lower.tail = FALSE))
}

# two stages (Simon 1989) by brute force over all designs of at most `most` participants
reject <- function(n1, r1, n, r, p) {
  x <- (r1 + 1):n1
  sum(dbinom(x, n1, p) * pbinom(r - x, n - n1, p, lower.tail = FALSE))
}
two_stages <- function(p0, p1, alpha, beta, most) {
  found <- NULL
  for (n in 2:most) for (n1 in 1:(n - 1)) for (r1 in 0:(n1 - 1)) {
    if (pbinom(r1, n1, p1) > beta) break
    for (r in r1:n) if (reject(n1, r1, n, r, p0) <= alpha) {  # the smallest r keeps most power
      if (reject(n1, r1, n, r, p1) >= 1 - beta) {
        stop <- pbinom(r1, n1, p0)
        found <- rbind(found, data.frame(n1, r1, n, r, alpha = reject(n1, r1, n, r, p0),
                                         power = reject(n1, r1, n, r, p1), stop, expected = n1 + (1 - stop) * (n - n1)))
      }
      break
    }
  }
  list(optimal = found[which.min(found$expected), ],
       minimax = found[order(found$n, found$expected)[1], ])
}
for (set in list(c(.1, .3, .05, .2, 31), c(.05, .25, .05, .1, 31), c(.4, .7, .1, .2, 24), c(.3, .6, .05, .2, 26))) {
  designs <- two_stages(set[1], set[2], set[3], set[4], set[5])
  cat("\nSimon", set[1], set[2], set[3], set[4], "\n"); print(designs)
  for (kind in names(designs)) for (field in names(designs[[kind]]))
    add(sprintf("two stages %g %g %g %g", set[1], set[2], set[3], set[4]), paste(kind, field), designs[[kind]][[field]])
}

# regression to the mean (Barnett 2005) and the reliable change index (Jacobson and Truax 1991)
for (set in list(c(6, 2, .8, 5, 1), c(6, 2, .8, 5, 3), c(100, 15, .3, 40, 2), c(0, 1, 0, 1, 1))) {
  within <- (1 - set[3]) * set[2]^2 / set[5]
  spread <- sqrt(set[3] * set[2]^2 + within)
  z <- (set[4] - set[1]) / spread
  case <- sprintf("regression %g %g %g %g %g", set[1], set[2], set[3], set[4], set[5])
  add(case, "change", within / spread * dnorm(z) / pnorm(z)); add(case, "enter", pnorm(z))
}
for (set in list(c(5, 7, 3.8, .95), c(10, 4, 2.5, .8))) {
  case <- sprintf("reliable %g %g %g %g", set[1], set[2], set[3], set[4])
  add(case, "index", (set[2] - set[1]) / (set[3] * sqrt(2 * (1 - set[4]))))
  add(case, "limit", qnorm(.975) * set[3] * sqrt(2 * (1 - set[4])))
}

# events in a time
for (set in list(c(0, 10), c(1, 4), c(7, 52.5), c(137, 24.19893), c(1000, 1))) {
  case <- sprintf("rate %d %.9g", set[1], set[2])
  test <- poisson.test(set[1], set[2])
  if (set[1] == 137) print(test)
  add(case, "rate", 100 * unname(test$estimate))
  add(case, "low", 100 * test$conf.int[1]); add(case, "high", 100 * test$conf.int[2])
}
write.csv(do.call(rbind, rows), file.path(out, "proportions_r.csv"), row.names = FALSE, quote = FALSE)
cat("\n"); print(sessionInfo())
