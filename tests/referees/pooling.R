# Referee for analysis/pooling: random effects, effects of changes, counts of responders.
#   Rscript pooling.R OUTPUT_DIRECTORY     (run from this directory; writes pooling_r.csv)
# bcg = metadat::dat.bcg (Colditz et al. 1994, log risk ratios); pritz = metadat::dat.pritz1997; comparators.csv: see
# comparators.md; the others are invented.
options(digits = 15, warn = 1)
suppressMessages({library(metafor); library(lme4)})
out <- commandArgs(trailingOnly = TRUE)[1]
rows <- list()
add <- function(case, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, field = field, value = sprintf("%.15g", value))
}
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
sets <- list(
  bcg = list(y = as.numeric(bcg$yi), v = as.numeric(bcg$vi)),
  two = list(y = c(1, 3), v = c(0.5, 0.25)),
  alike = list(y = c(1, 1.1, 0.9, 1.05), v = c(0.2, 0.3, 0.1, 0.4)),
  wide = list(y = c(-1971, -1440, -2205, 300, -80), v = c(383636.752, 171000, 257466.7, 90000, 1600)),
  eight = list(y = c(28, 8, -3, 7, -1, 1, 18, 12), v = c(15, 10, 16, 11, 9, 11, 10, 18)^2))
tight <- list(threshold = 1e-14, maxiter = 100000, stepadj = 0.5)
for (name in names(sets)) for (method in c("DL", "PM", "REML")) for (test in c("z", "knha")) {
  d <- sets[[name]]
  case <- paste(name, method, test)
  fit <- rma(d$y, d$v, method = method, test = test,
             control = if (method == "PM") list(tol = 1e-13, tau2.max = 1e9) else tight)
  ahead <- predict(fit)
  print(fit)
  add(case, "estimate", fit$beta[1]); add(case, "error", fit$se); add(case, "ci_low", fit$ci.lb)
  add(case, "ci_high", fit$ci.ub); add(case, "tau2", fit$tau2); add(case, "q", fit$QE); add(case, "q_p", fit$QEp)
  add(case, "i2", fit$I2); add(case, "p", fit$pval); add(case, "pi_low", ahead$pi.lb); add(case, "pi_high", ahead$pi.ub)
  for (i in seq_along(d$y)) add(case, paste0("weight", i), weights(fit)[i])
  if (test == "z") {
    about <- confint(fit, control = list(tau2.max = 1e9, tol = 1e-12, maxiter = 10000))$random[1, 2:3]
    add(case, "tau2_low", about[1]); add(case, "tau2_high", about[2])
  }
}
for (name in c("bcg", "wide", "eight")) { # never narrower than with the factor 1
  d <- sets[[name]]
  fit <- rma(d$y, d$v, method = "REML", test = "adhoc", control = tight)
  print(fit)
  add(paste(name, "REML adhoc"), "error", fit$se); add(paste(name, "REML adhoc"), "ci_low", fit$ci.lb)
}

change <- data.frame(
  base = c(2632, 1850, 3110, 5.25), visit = c(661, 410, 905, 7.25), base_sd = c(1583, 1200, 1900, 3.8),
  visit_sd = c(359, 300, 640, 3.77), n = c(4, 6, 9, 12), r = c(0.968, 0.7, 0.7, -0.2))
mc <- escalc(measure = "MC", m1i = visit, m2i = base, sd1i = visit_sd, sd2i = base_sd, ni = n, ri = r, data = change)
ratio <- escalc(measure = "ROMC", m1i = visit, m2i = base, sd1i = visit_sd, sd2i = base_sd, ni = n, ri = r, data = change)
# metafor divides by the first deviation: the baseline stands first, and the sign is turned
smd <- escalc(measure = "SMCRH", m1i = base, m2i = visit, sd1i = base_sd, sd2i = visit_sd, ni = n, ri = r, data = change)
smd$yi <- -smd$yi
for (kind in c("mc", "ratio", "smd")) for (i in seq_len(nrow(change))) {
  found <- get(kind)
  add(kind, paste0("estimate", i), found$yi[i]); add(kind, paste0("variance", i), found$vi[i])
}

comparators <- read.csv("comparators.csv")
rituximab <- comparators[comparators$drug == "rituximab", ]
counts <- list(
  pritz = list(x = dat.pritz1997$xi, n = dat.pritz1997$ni),
  rituximab = list(x = rituximab$responded, n = rituximab$n),
  myositis = list(x = comparators$responded, n = comparators$n),
  all_in_some = list(x = c(4, 3, 6, 5, 2), n = c(4, 3, 8, 12, 9)),
  none_in_some = list(x = c(0, 0, 2, 5, 1), n = c(4, 3, 8, 12, 9)),
  alike = list(x = c(5, 10, 21), n = c(10, 20, 40)))
tightly <- glmerControl("bobyqa", optCtrl = list(rhobeg = 1e-2, rhoend = 1e-11, maxfun = 1e6))
for (name in names(counts)) {
  d <- counts[[name]]
  d$study <- factor(seq_along(d$x))
  fit <- glmer(cbind(x, n - x) ~ 1 + (1 | study), data = as.data.frame(d), family = binomial, nAGQ = 25, control = tightly)
  print(summary(fit))
  add(name, "logit", fixef(fit)[1]); add(name, "tau2", as.numeric(VarCorr(fit)$study))
  # glmer's own error where the variance between studies is above zero, that of the common share where it is not
  alone <- glm(cbind(x, n - x) ~ 1, data = as.data.frame(d), family = binomial)
  add(name, "error", if (isSingular(fit)) sqrt(vcov(alone)[1]) else sqrt(as.matrix(vcov(fit))[1]))
  ft <- escalc(measure = "PFT", xi = d$x, ni = d$n)
  turned <- predict(rma(ft, method = "REML", control = tight), transf = transf.ipft.hm, targs = list(ni = d$n))
  add(name, "ft_share", turned$pred); add(name, "ft_low", turned$ci.lb); add(name, "ft_high", turned$ci.ub)
  odds <- rma(escalc(measure = "PLO", xi = d$x, ni = d$n), method = "REML", control = tight)
  add(name, "odds_estimate", odds$beta[1]); add(name, "odds_tau2", odds$tau2)
}

# Tango 1998 without his formula: the likeliest shares of gained, lost and same under a difference, found numerically
score <- function(delta, b, c, n) {
  low <- max(0, -delta); high <- (1 - delta) / 2
  loglik <- function(q) (if (b) b * log(q + delta) else 0) + (if (c) c * log(q) else 0) +
    (if (n - b - c) (n - b - c) * log(1 - 2 * q - delta) else 0)
  q <- optimize(loglik, c(low, high), maximum = TRUE, tol = 1e-14)$maximum
  (b - c - n * delta) / sqrt(n * (2 * q + delta - delta^2))
}
for (case in list(c(0, 1, 44), c(12, 7, 50), c(9, 2, 20), c(3, 3, 12), c(6, 1, 8))) {
  name <- paste("tango", paste(case, collapse = " "))
  at <- (case[1] - case[2]) / case[3]; z <- qnorm(.975)
  add(name, "low", uniroot(function(d) score(d, case[1], case[2], case[3]) - z, c(-.9999, at), tol = 1e-10)$root)
  add(name, "high", uniroot(function(d) score(d, case[1], case[2], case[3]) + z, c(at, .9999), tol = 1e-10)$root)
}
write.csv(do.call(rbind, rows), file.path(out, "pooling_r.csv"), row.names = FALSE, quote = FALSE)
print(sessionInfo())
