# Referee for analysis/imputation and the JZS Bayes factor: mice and BayesFactor.
#   Rscript imputation.R OUTPUT_DIRECTORY     (run from this directory; about three minutes; writes imputation_r.csv)
# Not run by the tests, which read what is stored here: mice draws by a chance of its own, so that its answers are held
# against ours within the error of both. The tables are invented: imputation_tables.csv, one row a participant.
options(digits = 15, warn = 1)
suppressMessages({library(mice); library(BayesFactor)})
out <- commandArgs(trailingOnly = TRUE)[1]
rows <- list()
add <- function(case, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, field = field, value = sprintf("%.15g", value))
}
sets <- list(
  case = list(Q = c(1.92, 2.1, 1.85, 2.25, 2.01), U = c(.16, .1764, .1444, .2025, .1681), n = 20),
  four = list(Q = c(-3, -2.5, -4, -3.1, -2, -2.2), U = c(1, 1.2, .8, .9, 1.5, 1.1), n = 8),
  close = list(Q = c(10, 10.001, 9.999), U = c(2, 2.1, 1.9), n = 50),
  far = list(Q = c(1, 5, -3, 9, 2, 2, 4), U = rep(.1, 7), n = 12))
for (name in names(sets)) {
  s <- sets[[name]]
  found <- pool.scalar(s$Q, s$U, n = s$n, k = 1)
  print(found)
  for (field in c("qbar", "ubar", "b", "t", "df", "r", "fmi")) add(paste("rubin", name), field, found[[field]])
}

tables <- read.csv("imputation_tables.csv")
for (name in unique(tables$table)) {
  y <- tables[tables$table == name, c("v0", "v1", "v2", "v3")]
  draws <- 800
  gaps <- name != "dropout"
  made <- mice(y, m = draws, method = "norm", maxit = if (gaps) 10 else 1, visitSequence = "monotone", seed = 20260101,
               printFlag = FALSE, ridge = 0)
  full <- lapply(seq_len(draws), function(i) complete(made, i))
  change <- lapply(full, function(d) d$v3 - d$v0)
  q <- sapply(change, mean); u <- sapply(change, var) / nrow(y)
  found <- pool.scalar(q, u, n = nrow(y), k = 1)
  print(name); print(found[c("qbar", "ubar", "b", "t", "df", "fmi")])
  for (field in c("qbar", "ubar", "b", "t", "df", "fmi")) add(paste("mice", name), field, found[[field]])
  # errors of these from chance alone
  add(paste("mice", name), "qbar_noise", sd(q) / sqrt(draws)); add(paste("mice", name), "ubar_noise", sd(u) / sqrt(draws))
  add(paste("mice", name), "b_noise", sd((q - mean(q))^2) / sqrt(draws))
}

for (t in c(0, .5, 1, 2.5, 4.06212768, -3.2, 9.8)) for (n in c(2, 4, 10, 50)) for (r in c(.5, sqrt(.5), 1))
  add(paste("jzs", t, n, sprintf("%.3f", r)), "bf10", ttest.tstat(t, n1 = n, rscale = r, simple = TRUE))
write.csv(do.call(rbind, rows), file.path(out, "imputation_r.csv"), row.names = FALSE, quote = FALSE)
print(sessionInfo())
