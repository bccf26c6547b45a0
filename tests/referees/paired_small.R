# Referee for analysis/exact.py, hodges_lehmann.py, noncentral.py, effect_size.py, percent_change.py, multiplicity.py and
# missing.py: R's answers for the pairs in stats_pairs.csv (their sources stand in stats_pairs.R), for p.adjust, and for
# values carried forward.
#   Rscript paired_small.R OUTPUT_DIRECTORY     (run from this directory; writes paired_small_r.csv)
suppressPackageStartupMessages({library(coin); library(exactRankTests)})
options(digits = 15, warn = 1)
out <- commandArgs(trailingOnly = TRUE)[1]
pairs <- read.csv("stats_pairs.csv")
rows <- list()
add <- function(set, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(set = set, field = field, value = sprintf("%.15g", value))
}
attempt <- function(expr) tryCatch(expr, error = function(e) { cat("  stopped:", conditionMessage(e), "\n"); NULL })
root <- function(f, at, width) uniroot(f, c(at - width, at + width), tol = 1e-13, extendInt = "downX")$root

for (set in unique(pairs$set)) {
  base <- pairs$base[pairs$set == set]
  visit <- pairs$visit[pairs$set == set]
  d <- round(visit - base, 10)
  n <- length(d)
  cat("\n==", set, "n =", n, "\n")

  # one-sided sign flips by brute force
  whole <- round(d * 1000)
  signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), n)))
  add(set, "flip_p_greater", mean(signs %*% whole >= sum(whole)))
  add(set, "flip_p_less", mean(signs %*% whole <= sum(whole)))

  # signed ranks: one-sided, and zeros ranked (Pratt) by coin and by brute force
  kept <- whole[whole != 0]
  ranks <- rank(abs(kept))
  v <- sum(ranks[kept > 0])
  patterns <- as.matrix(expand.grid(rep(list(c(0, 1)), length(kept))))
  add(set, "rank_p_greater", mean(patterns %*% ranks >= v))
  add(set, "rank_p_less", mean(patterns %*% ranks <= v))
  pratt <- rank(abs(whole))[whole != 0]
  v <- sum(pratt[kept > 0])
  add(set, "pratt_v", v)
  add(set, "pratt_p", mean(abs(patterns %*% pratt - sum(pratt) / 2) >= abs(v - sum(pratt) / 2)))
  co <- attempt(wilcoxsign_test(whole ~ rep(0, n), distribution = "exact", zero.method = "Pratt"))
  if (!is.null(co)) { print(co); add(set, "pratt_p_coin", as.numeric(pvalue(co))) }

  # Hodges and Lehmann: all Walsh averages; the depth of the interval from R's own distribution of V
  walsh <- sort(outer(whole, whole, "+")[lower.tri(diag(n), diag = TRUE)] / 2000)
  add(set, "hl", median(walsh))
  k <- qsignrank(0.025, n)
  if (psignrank(k, n) > 0.025) k <- k - 1
  k <- k + 1
  if (k > 0) {
    add(set, "hl_low", walsh[k]); add(set, "hl_high", walsh[n * (n + 1) / 2 + 1 - k])
    add(set, "hl_achieved", 1 - 2 * psignrank(k - 1, n))
  }
  if (!any(whole == 0) && !any(duplicated(abs(whole))) && n > 5) {
    w <- wilcox.test(whole / 1000, exact = TRUE, conf.int = TRUE)
    print(w)
    add(set, "hl_wilcox_test", unname(w$estimate))
    add(set, "hl_low_wilcox_test", w$conf.int[1]); add(set, "hl_high_wilcox_test", w$conf.int[2])
  }

  # standardised changes
  if (n > 1 && var(whole) > 0) {
    x <- visit - base
    m <- n - 1
    t <- mean(x) / (sd(x) / sqrt(n))
    j <- if (m > 1) exp(lgamma(m / 2) - lgamma((m - 1) / 2)) / sqrt(m / 2) else 0
    limits <- sapply(c(.975, .025), function(p) root(function(ncp) suppressWarnings(pt(t, m, ncp)) - p, t, 2 + abs(t)))
    cat("t", t, "ncp limits", limits, "\n")
    add(set, "d_z", mean(x) / sd(x)); add(set, "d_z_low", limits[1] / sqrt(n)); add(set, "d_z_high", limits[2] / sqrt(n))
    if (m > 1) add(set, "g_z", j * mean(x) / sd(x))
    add(set, "d_av", mean(x) / sqrt((var(base) + var(visit)) / 2))
    if (var(base) > 0) add(set, "d_b", mean(x) / sd(base))
    s <- sqrt((var(base) + var(visit)) / 2)
    spread <- var(base)^2 + var(visit)^2 + 2 * cov(base, visit)^2
    add(set, "d_av_error", sqrt((mean(x) / s)^2 * spread / (8 * m * s^4) + var(x) / (m * s^2)))
  }

  # percent changes
  if (all(base > 0)) {
    add(set, "mean_of_percents", mean(100 * (visit - base) / base))
    if (n > 1) add(set, "sd_of_percents", sd(100 * (visit - base) / base))
  }
  if (all(base >= 0, visit >= 0)) add(set, "percent_of_means", 100 * (mean(visit) / mean(base) - 1))
  if (all(base > 0, visit > 0)) add(set, "geometric_percent", 100 * (exp(mean(log(visit / base))) - 1))
}

# the depth of the interval at every n
for (n in 4:200) for (level in c(.9, .95, .99)) {
  k <- qsignrank((1 - level) / 2, n)
  if (psignrank(k, n) > (1 - level) / 2) k <- k - 1
  add(paste0("depth", n), paste0("k", 100 * level), k + 1)
}

# adjusted p; NA is no test
for (p in list(c(.002, .29, .05, .011, .03, .04), c(.5, .01, .01, .9), c(.03, NA, .01, NA, .04), c(.04))) {
  name <- paste0("p", paste(ifelse(is.na(p), "-", p), collapse = "_"))
  for (method in c("bonferroni", "holm", "hochberg", "hommel", "BH", "BY")) {
    found <- p.adjust(p, method)
    for (i in seq_along(p)) if (!is.na(found[i])) add(name, paste0(method, i), found[i])
  }
}

# power of the paired t test, both tails
for (n in c(2, 4, 12, 50)) for (effect in c(0, 0.3, 1 / 1.2, 2)) {
  add(paste0("tpower", n), sprintf("%.15g", effect),
      if (effect == 0) 0.05 else power.t.test(n = n, delta = effect, sd = 1, type = "paired", strict = TRUE)$power)
}

# values carried forward: six invented participants at three visits
v0 <- c(3, 5, 2, 6, 4, 5); v1 <- c(4, 6, NA, 7, 5, 6); v2 <- c(6, NA, NA, 8, 5, 7)
locf <- ifelse(is.na(v2), ifelse(is.na(v1), v0, v1), v2) - v0
bocf <- ifelse(is.na(v2), v0, v2) - v0
for (one in list(list("locf", locf), list("bocf", bocf), list("completers", (v2 - v0)[!is.na(v1) & !is.na(v2)]))) {
  t <- t.test(one[[2]])
  print(t)
  add("carried6", paste0(one[[1]], "_mean"), unname(t$estimate)); add("carried6", paste0(one[[1]], "_p"), t$p.value)
}
write.csv(do.call(rbind, rows), file.path(out, "paired_small_r.csv"), row.names = FALSE, quote = FALSE)
cat("\n"); print(sessionInfo())
