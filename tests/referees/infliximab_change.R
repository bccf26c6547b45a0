# Referee for the shipped study infliximab_myositis: R's answers from the published table, completers only.
#   Rscript infliximab_change.R OUTPUT_DIRECTORY     (run from this directory; writes infliximab_change_r.csv)
# Data: Dastmalchi M et al. Ann Rheum Dis 2008;67:1670-7, table 3, as shipped with the program.
suppressPackageStartupMessages({library(coin); library(exactRankTests)})
options(digits = 15, warn = 1)
out <- commandArgs(trailingOnly = TRUE)[1]
table3 <- read.csv("../../src/trialbook/studies/infliximab_myositis/data/as_published.csv", check.names = FALSE,
                   encoding = "UTF-8")
rows <- list()
add <- function(endpoint, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(endpoint = endpoint, field = field, value = sprintf("%.15g", value))
}
done <- table3[["clinical_outcome"]] != "Dropped out"
add("all", "enrolled", nrow(table3)); add("all", "completed", sum(done)); add("all", "withdrawn", sum(!done))
part <- function(cell, which) suppressWarnings(as.numeric(sapply(strsplit(cell, "/"), function(x) x[which])))
for (endpoint in c("mmt8", "ck", "fi")) {
  column <- c(mmt8 = "MMT before/after", ck = "CK before/after", fi = "FI before/after")[[endpoint]]
  base_all <- part(table3[[column]], 1)
  add(endpoint, "enrolled_base_n", sum(!is.na(base_all))); add(endpoint, "enrolled_base_mean", mean(base_all, na.rm = TRUE))
  add(endpoint, "enrolled_base_sd", sd(base_all, na.rm = TRUE))
  base <- base_all[done]; visit <- part(table3[[column]], 2)[done]
  cat("\n==", endpoint, "\n"); print(data.frame(base, visit, change = visit - base))
  d <- round(visit - base, 6)
  t <- t.test(visit, base, paired = TRUE); print(t)
  add(endpoint, "n", sum(!is.na(visit - base))); add(endpoint, "mean", mean(visit - base)); add(endpoint, "sd", sd(visit - base))
  add(endpoint, "t", unname(t$statistic)); add(endpoint, "df", unname(t$parameter)); add(endpoint, "p", t$p.value)
  add(endpoint, "ci_low", t$conf.int[1]); add(endpoint, "ci_high", t$conf.int[2])
  add(endpoint, "base_mean", mean(base)); add(endpoint, "base_sd", sd(base))
  add(endpoint, "visit_mean", mean(visit)); add(endpoint, "visit_sd", sd(visit))
  q <- quantile(visit, c(.25, .5, .75), type = 2, names = FALSE)
  add(endpoint, "visit_q1", q[1]); add(endpoint, "visit_median", q[2]); add(endpoint, "visit_q3", q[3])
  whole <- round(d * 10)
  signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), length(whole))))
  add(endpoint, "flip_p", mean(abs(signs %*% whole) >= abs(sum(whole))))
  we <- wilcox.exact(whole); print(we)
  add(endpoint, "rank_v", unname(we$statistic)); add(endpoint, "rank_p", we$p.value)
  co <- wilcoxsign_test(whole ~ rep(0, length(whole)), distribution = "exact", zero.method = "Wilcoxon"); print(co)
  add(endpoint, "rank_p_coin", as.numeric(pvalue(co)))
  g <- t.test(log(visit) - log(base)); print(g)
  add(endpoint, "gmr", exp(unname(g$estimate))); add(endpoint, "gmr_low", exp(g$conf.int[1]))
  add(endpoint, "gmr_high", exp(g$conf.int[2])); add(endpoint, "gmr_p", g$p.value)
}
write.csv(do.call(rbind, rows), file.path(out, "infliximab_change_r.csv"), row.names = FALSE, quote = FALSE)
cat("\n"); print(sessionInfo())
