# The peer of mmrm.py: lme4 with pbkrtest fits the unstructured model and adjusts three contrasts; seconds a fit.
#   Rscript mmrm.R DATA.csv REPEATS
arguments <- commandArgs(trailingOnly = TRUE)
suppressMessages({library(lme4); library(pbkrtest)})
data <- read.csv(arguments[1])
data$visit <- factor(data$visit); data$arm <- factor(data$arm)
one <- function() {
  model <- lmer(y ~ arm * visit + (0 + visit | participant), data, control = lmerControl(check.nobs.vs.nRE = "ignore"))
  adjusted <- vcovAdj(model)
  sapply(5:3, function(visit) {
    row <- numeric(length(fixef(model))); row[visit] <- 1
    c(sum(row * fixef(model)), sqrt(as.numeric(row %*% as.matrix(adjusted) %*% row)), Lb_ddf(row, vcov(model), adjusted))
  })
}
for (repeated in seq_len(as.integer(arguments[2]))) {
  started <- proc.time()[["elapsed"]]
  found <- suppressWarnings(suppressMessages(one()))
  cat("seconds", proc.time()[["elapsed"]] - started, "\n")
}
cat("found", sprintf("%.6f", found), "\n")
