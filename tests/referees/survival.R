# Referee for analysis/survival.py: Kaplan-Meier curves, their bands and medians, numbers at risk, log-rank tests.
#   Rscript survival.R OUTPUT_DIRECTORY     (run from this directory; writes survival_r.csv)
# maintained, nonmaintained = acute myelogenous leukaemia, Miller 1981 (survival::aml); the others of survival.csv are
# invented: a curve that rests at one half, ties of events and leavers, one participant, an event on day 0.
# pilot_time_to_event.csv: see cdisc_pilot_adam.md.
suppressPackageStartupMessages(library(survival))
options(digits = 15, warn = 1)
out <- commandArgs(trailingOnly = TRUE)[1]
rows <- list()
add <- function(case, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, field = field, value = sprintf("%.15g", value))
}
curve <- function(case, time, event, by = 1) {
  for (scale in c("log-log", "log")) {
    fit <- survfit(Surv(time, event) ~ 1, conf.type = scale)
    told <- summary(fit)$table
    case_on <- paste(case, scale, sep = "|")
    add(case_on, "median", told[["median"]]); add(case_on, "median low", told[["0.95LCL"]])
    add(case_on, "median high", told[["0.95UCL"]])
    if (scale == "log-log") print(fit)
    for (i in seq(1, length(fit$time), by = by)) {
      at <- fit$time[i]
      add(case_on, paste("at risk", at), fit$n.risk[i]); add(case_on, paste("survival", at), fit$surv[i])
      add(case_on, paste("error", at), fit$surv[i] * fit$std.err[i])
      add(case_on, paste("low", at), fit$lower[i]); add(case_on, paste("high", at), fit$upper[i])
    }
  }
}
small <- read.csv("survival.csv")
for (set in unique(small$set)) {
  cat("\n==", set, "\n")
  curve(set, small$time[small$set == set], small$event[small$set == set])
}
pilot <- read.csv("pilot_time_to_event.csv")
for (arm in unique(pilot$TRTA)) {
  cat("\n==", arm, "\n")
  curve(arm, pilot$AVAL[pilot$TRTA == arm], 1 - pilot$CNSR[pilot$TRTA == arm], by = 9)
}
compare <- function(case, time, event, group) {
  test <- survdiff(Surv(time, event) ~ factor(group, levels = unique(group)))
  print(test)
  add(case, "chi2", test$chisq); add(case, "df", length(test$n) - 1)
  add(case, "p", pchisq(test$chisq, length(test$n) - 1, lower.tail = FALSE))
  for (i in seq_along(test$n)) { add(case, paste("observed", i), test$obs[i]); add(case, paste("expected", i), test$exp[i]) }
}
aml <- small[small$set %in% c("maintained", "nonmaintained"), ]
compare("log-rank aml", aml$time, aml$event, aml$set)
compare("log-rank pilot", pilot$AVAL, 1 - pilot$CNSR, pilot$TRTA)
three <- small[small$set %in% c("ties", "fifths", "rests"), ]
compare("log-rank three", three$time, three$event, three$set)
write.csv(do.call(rbind, rows), file.path(out, "survival_r.csv"), row.names = FALSE, quote = FALSE)
cat("\n"); print(sessionInfo())
