# Referee for the shipped study xanomeline_four: R's answers from the SDTM files, by two baseline rules.
#   Rscript xanomeline_change.R OUTPUT_DIRECTORY     (run from this directory; writes xanomeline_change_r.csv)
# Data: CDISC SDTM/ADaM Pilot Project, four participants, as shipped with the program.
options(digits = 15, warn = 1)
out <- commandArgs(trailingOnly = TRUE)[1]
data <- "../../src/trialbook/studies/xanomeline_four/data"
dm <- read.csv(file.path(data, "dm.csv")); sv <- read.csv(file.path(data, "sv.csv"))
ex <- read.csv(file.path(data, "ex.csv"))
first <- tapply(as.Date(ex$EXSTDTC), ex$USUBJID, min)
rows <- list()
add <- function(endpoint, rule, visit, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(endpoint = endpoint, rule = rule, visit = tolower(visit), field = field,
                                          value = sprintf("%.15g", value))
}
tests <- function(endpoint, rule, visit, after, before) {
  both <- !is.na(after) & !is.na(before); after <- after[both]; before <- before[both]
  d <- after - before
  add(endpoint, rule, visit, "n", length(d))
  if (length(d) == 0) return(invisible())
  add(endpoint, rule, visit, "mean", mean(d))
  if (length(d) < 2 || sd(d) == 0) return(invisible())
  t <- t.test(after, before, paired = TRUE)
  cat("\n==", endpoint, rule, visit, "\n"); print(t)
  add(endpoint, rule, visit, "sd", sd(d)); add(endpoint, rule, visit, "t", unname(t$statistic))
  add(endpoint, rule, visit, "df", unname(t$parameter)); add(endpoint, rule, visit, "p", t$p.value)
  add(endpoint, rule, visit, "ci_low", t$conf.int[1]); add(endpoint, rule, visit, "ci_high", t$conf.int[2])
  whole <- round(d * 1000)
  signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), length(d))))
  add(endpoint, rule, visit, "flip_p", mean(abs(signs %*% whole) >= abs(sum(whole))))
}
follow <- function(endpoint, frame, rules) {
  # frame: USUBJID, VISIT, date (of the visit), value, flag
  people <- dm$USUBJID
  for (rule in rules) {
    base <- sapply(people, function(who) {
      mine <- frame[frame$USUBJID == who & !is.na(frame$value), ]
      if (rule == "flagged") return(c(mine$value[mine$flag == "Y"], NA)[1])
      mine <- mine[mine$date <= as.Date(first[[who]], origin = "1970-01-01"), ]
      if (nrow(mine) == 0) NA else mine$value[order(mine$date)][nrow(mine)]
    })
    for (i in seq_along(people)) add(endpoint, rule, "baseline", people[i], base[i])
    add(endpoint, rule, "baseline", "mean", mean(base, na.rm = TRUE))
    add(endpoint, rule, "baseline", "sd", sd(base, na.rm = TRUE))
    for (visit in grep("^WEEK [0-9]+$", unique(frame$VISIT), value = TRUE)) {
      after <- sapply(people, function(who) c(frame$value[frame$USUBJID == who & frame$VISIT == visit], NA)[1])
      tests(endpoint, rule, visit, after, base)
    }
  }
}
dated <- function(frame) merge(frame, data.frame(USUBJID = sv$USUBJID, VISIT = sv$VISIT, date = as.Date(sv$SVSTDTC)))
lb <- read.csv(file.path(data, "lbch.csv")); he <- read.csv(file.path(data, "lbhe.csv"))
pick <- function(lab, code) {
  mine <- lab[lab$LBTESTCD == code, ]
  dated(data.frame(USUBJID = mine$USUBJID, VISIT = mine$VISIT, value = as.numeric(mine$LBORRES), flag = mine$LBBLFL))
}
follow("ck", pick(lb, "CK"), c("last before anchor", "flagged"))
follow("alt", pick(lb, "ALT"), c("last before anchor", "flagged"))
follow("lymphocytes", pick(he, "LYM"), "last before anchor")
vs <- read.csv(file.path(data, "vs.csv"))
vs <- vs[vs$VSTESTCD == "SYSBP" & vs$VSPOS == "SUPINE", ]
follow("systolic", dated(data.frame(USUBJID = vs$USUBJID, VISIT = vs$VISIT, value = as.numeric(vs$VSORRES), flag = "")),
       "last before anchor")
qs <- read.csv(file.path(data, "qsco.csv"))
eleven <- sprintf("ACITM%02d", c(1, 2, 4, 5, 6, 7, 8, 11, 12, 13, 14))
qs <- qs[qs$QSTESTCD %in% eleven, ]
total <- aggregate(cbind(value = as.numeric(qs$QSORRES), n = 1), list(USUBJID = qs$USUBJID, VISIT = qs$VISIT), sum)
total <- total[total$n == 11, ]
follow("adas", dated(data.frame(USUBJID = total$USUBJID, VISIT = total$VISIT, value = total$value, flag = "")),
       "last before anchor")
write.csv(do.call(rbind, rows), file.path(out, "xanomeline_change_r.csv"), row.names = FALSE, quote = FALSE)
cat("\n"); print(sessionInfo())
