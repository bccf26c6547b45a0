# Referee for analysis/change.py, exact.py and describe.py: R's answers for the pairs in stats_pairs.csv.
#   Rscript stats_pairs.R OUTPUT_DIRECTORY     (run from this directory; writes stats_pairs_r.csv)
# Sources of the pairs: sleep = R's datasets::sleep (Cushny and Peebles 1905); depress9 = Hollander and Wolfe 1973,
# p. 29 (?wilcox.test); the others are invented: power4 and ck4 four participants, ties10 zeros and ties, fall4 all
# fall, pair2 two pairs, constant4 one change for all, tenths12 decimals that do not subtract exactly in binary.
suppressPackageStartupMessages({library(coin); library(exactRankTests)})
options(digits = 15, warn = 1)
out <- commandArgs(trailingOnly = TRUE)[1]
pairs <- read.csv("stats_pairs.csv")
rows <- list()
add <- function(set, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(set = set, field = field, value = sprintf("%.15g", value))
}
attempt <- function(expr) tryCatch(expr, error = function(e) { cat("  stopped:", conditionMessage(e), "\n"); NULL })

for (set in unique(pairs$set)) {
  base <- pairs$base[pairs$set == set]
  visit <- pairs$visit[pairs$set == set]
  d <- round(visit - base, 10)
  n <- length(d)
  cat("\n==", set, "n =", n, "\n")
  add(set, "n", n); add(set, "mean", mean(visit - base)); add(set, "sd", sd(visit - base))
  q <- quantile(d, c(.25, .5, .75), type = 2, names = FALSE)
  add(set, "q1", q[1]); add(set, "median", q[2]); add(set, "q3", q[3])

  t <- attempt(t.test(visit, base, paired = TRUE))
  if (!is.null(t)) {
    print(t)
    add(set, "t", unname(t$statistic)); add(set, "df", unname(t$parameter)); add(set, "p", t$p.value)
    add(set, "ci_low", t$conf.int[1]); add(set, "ci_high", t$conf.int[2])
    t90 <- t.test(visit, base, paired = TRUE, conf.level = .9)
    add(set, "ci90_low", t90$conf.int[1]); add(set, "ci90_high", t90$conf.int[2])
  }

  # sign flips: brute force over all patterns, and exactRankTests::perm.test on whole numbers
  whole <- round(d * 1000)
  signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), n)))
  add(set, "flip_p", mean(abs(signs %*% whole) >= abs(sum(whole))))
  if (n > 2) {
    unit <- if (all(whole %% 1000 == 0)) 1000 else if (all(whole %% 100 == 0)) 100 else 1
    perm <- attempt(perm.test(whole / unit, rep(0, n), paired = TRUE, exact = TRUE))
    if (!is.null(perm)) { print(perm); add(set, "flip_p_permtest", perm$p.value) }
  }

  # signed ranks: brute force on midranks of the differences that are not zero, coin, exactRankTests
  kept <- whole[whole != 0]
  m <- length(kept)
  ranks <- rank(abs(kept))
  v <- sum(ranks[kept > 0])
  signs <- as.matrix(expand.grid(rep(list(c(0, 1)), m)))
  centre <- sum(ranks) / 2
  add(set, "rank_v", v)
  add(set, "rank_p", mean(abs(signs %*% ranks - centre) >= abs(v - centre)))
  we <- attempt(wilcox.exact(whole))
  if (!is.null(we)) { print(we); add(set, "rank_p_wilcoxexact", we$p.value) }
  co <- attempt(wilcoxsign_test(whole ~ rep(0, n), distribution = "exact", zero.method = "Wilcoxon"))
  if (!is.null(co)) { print(co); add(set, "rank_p_coin", as.numeric(pvalue(co))) }

  if (all(base > 0) && all(visit > 0)) {
    g <- attempt(t.test(log(visit) - log(base)))
    if (!is.null(g)) {
      print(g)
      add(set, "gmr", exp(unname(g$estimate))); add(set, "gmr_low", exp(g$conf.int[1]))
      add(set, "gmr_high", exp(g$conf.int[2])); add(set, "gmr_p", g$p.value)
    }
  }
}
write.csv(do.call(rbind, rows), file.path(out, "stats_pairs_r.csv"), row.names = FALSE, quote = FALSE)
cat("\n"); print(sessionInfo())
