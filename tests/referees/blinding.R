# The indices of James and of Bang by the R package BI 1.2.0 (M. Schwartz, N. Mercaldo; GPL-3), on the counts of its examples.
#   cd tests/referees && Rscript --vanilla blinding.R > blinding.out      writes blinding_r.csv beside it; needs the package BI
# Counts: Bang, Ni, Davis, Control Clin Trials 2004;25:143-56, table 7 (CRISP); Houweling, Shapiro, Cohen, Kahn, Clin Trials
# 2014;11:547-52, table 2 (investigators, coordinators, patients). Rows: guessed the treatment, guessed placebo, did not know.
if (!exists("BI")) library(BI)
cases <- list(crisp = c(82, 27, 25, 29, 170, 83), investigators = c(48, 22, 4, 30, 330, 319),
              coordinators = c(94, 52, 11, 44, 289, 284), patients = c(143, 104, 14, 57, 188, 175))
out <- do.call(rbind, lapply(names(cases), function(name) {
  found <- BI(matrix(cases[[name]], nrow = 3, ncol = 2, byrow = TRUE))
  both <- rbind(found$JamesBI, found$BangBI)
  data.frame(case = name, index = c("james", "bang treatment", "bang placebo"), estimate = both[, 1], se = both[, 2],
             low = both[, 3], high = both[, 4], row.names = NULL)
}))
for (name in c("estimate", "se", "low", "high")) out[[name]] <- sprintf("%.17g", out[[name]])
write.csv(out, "blinding_r.csv", row.names = FALSE, quote = FALSE)
print(out)
print(sessionInfo())
