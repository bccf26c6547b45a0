# Referee for analysis/arms.py: Welch's t, and analysis of covariance.
#   Rscript arms.R OUTPUT_DIRECTORY     (run from this directory; writes arms_r.csv)
# pilot_adas_week24.csv: see cdisc_pilot_adam.md; its models are those of table 14-3.01 of the CDISC pilot study. sleep =
# the two drugs of datasets::sleep (Cushny and Peebles 1905) taken as two groups, as in ?t.test; the others are invented.
options(digits = 15, warn = 1)
out <- commandArgs(trailingOnly = TRUE)[1]
rows <- list()
add <- function(case, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, field = field, value = sprintf("%.15g", value))
}
two <- function(case, one, other) {
  test <- t.test(one, other)
  print(test)
  add(case, "estimate", unname(test$estimate[1] - test$estimate[2])); add(case, "error", test$stderr)
  add(case, "t", unname(test$statistic)); add(case, "df", unname(test$parameter)); add(case, "p", test$p.value)
  add(case, "ci_low", test$conf.int[1]); add(case, "ci_high", test$conf.int[2])
}
values <- list(
  sleep = list(c(.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0, 2), c(1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6, 3.4)),
  small = list(c(3, 5), c(10, 11, 15)), constant = list(c(4, 4, 4), c(1, 2, 4, 9)))
for (name in names(values)) two(paste("welch", name), values[[name]][[1]], values[[name]][[2]])

contrast <- function(case, fit, weights) {
  estimate <- sum(weights * coef(fit))
  error <- sqrt(as.numeric(t(weights) %*% vcov(fit) %*% weights))
  df <- df.residual(fit)
  add(case, "estimate", estimate); add(case, "error", error); add(case, "t", estimate / error); add(case, "df", df)
  add(case, "p", 2 * pt(-abs(estimate / error), df))
  add(case, "ci_low", estimate - qt(.975, df) * error); add(case, "ci_high", estimate + qt(.975, df) * error)
}
pilot <- read.csv("pilot_adas_week24.csv")
arms <- c("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
pilot$TRTP <- factor(pilot$TRTP, levels = arms)
pilot$SITEGR1 <- factor(pilot$SITEGR1)
for (arm in arms) {
  add(paste("change", arm), "n", sum(pilot$TRTP == arm)); add(paste("change", arm), "mean", mean(pilot$CHG[pilot$TRTP == arm]))
  add(paste("change", arm), "sd", sd(pilot$CHG[pilot$TRTP == arm]))
}
full <- lm(CHG ~ TRTP + SITEGR1 + BASE, pilot)
print(summary(full))
is <- function(one, other) { w <- numeric(length(coef(full))); names(w) <- names(coef(full))
  for (a in c(one, other)) if (a != arms[1]) w[paste0("TRTP", a)] <- if (a == one) 1 else -1
  w }
contrast("pilot low-placebo", full, is(arms[2], arms[1]))
contrast("pilot high-placebo", full, is(arms[3], arms[1]))
contrast("pilot high-low", full, is(arms[3], arms[2]))
slope <- numeric(length(coef(full))); names(slope) <- names(coef(full)); slope["BASE"] <- 1
contrast("pilot slope", full, slope)
means <- colMeans(model.matrix(full))
for (i in 1:3) { w <- means; w[paste0("TRTP", arms[2:3])] <- 0; if (i > 1) w[paste0("TRTP", arms[i])] <- 1
  contrast(paste("pilot mean", arms[i]), full, w) }
dose <- lm(CHG ~ TRTPN + SITEGR1 + BASE, pilot)
contrast("pilot dose", dose, as.numeric(names(coef(dose)) == "TRTPN"))
plain <- lm(CHG ~ TRTP + BASE, subset(pilot, TRTP != arms[2]))
print(summary(plain))
contrast("pilot two arms high-placebo", plain, as.numeric(grepl("High", names(coef(plain)))))
write.csv(do.call(rbind, rows), file.path(out, "arms_r.csv"), row.names = FALSE, quote = FALSE)
cat("\n"); print(sessionInfo())
