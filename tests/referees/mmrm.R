# Referee for analysis/mmrm: lme4 with pbkrtest and lmerTest, and nlme, fit the models that they can fit.
#   Rscript mmrm.R OUTPUT_DIRECTORY     (run from this directory; writes mmrm_r.csv)
# Data: mmrm_orthodont.csv, mmrm_fev.csv, mmrm_pilot.csv, mmrm_sleep.csv; their sources stand in mmrm.md.
# An unstructured matrix is asked of lmer as random visits and a residual, one parameter too many: pbkrtest takes a
# generalised inverse, and the linear adjustment does not depend on the parameters. pbkrtest's information is expected.
options(digits = 15, warn = 1)
suppressMessages({library(lme4); library(pbkrtest); library(lmerTest); library(nlme)})
out <- commandArgs(trailingOnly = TRUE)[1]
rows <- list()
add <- function(set, structure, what, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(set = set, structure = structure, what = what, field = field,
                                          value = sprintf("%.12g", value))
}
tight <- lmerControl(optimizer = "nloptwrap", optCtrl = list(ftol_abs = 1e-14, xtol_abs = 1e-14, ftol_rel = 0,
                     xtol_rel = 0, maxeval = 50000), check.nobs.vs.nRE = "ignore", calc.derivs = FALSE,
                     check.conv.grad = "ignore", check.conv.singular = "ignore")
read <- function(name, factors) {
  found <- read.csv(paste0("mmrm_", name, ".csv"), stringsAsFactors = FALSE)
  for (one in names(factors)) found[[one]] <- factor(found[[one]], levels = factors[[one]])
  found
}
mixed <- function(set, structure, formula, data, contrasts, tests = list()) {
  model <- lme4::lmer(formula, data, REML = TRUE, control = tight)
  print(summary(model))
  add(set, structure, "model", "deviance", -2 * as.numeric(logLik(model)))
  adjusted <- vcovAdj(model)
  for (name in names(contrasts)) {
    row <- contrasts[[name]](names(fixef(model)))
    add(set, structure, name, "estimate", sum(row * fixef(model)))
    add(set, structure, name, "se_unadjusted", sqrt(as.numeric(row %*% as.matrix(vcov(model)) %*% row)))
    add(set, structure, name, "se", sqrt(as.numeric(row %*% as.matrix(adjusted) %*% row)))
    add(set, structure, name, "df", Lb_ddf(row, vcov(model), adjusted))
  }
  for (name in names(tests)) {
    found <- KRmodcomp(model, do.call(rbind, lapply(tests[[name]], function(one) one(names(fixef(model))))))
    print(found)
    add(set, structure, name, "F", found$stats$Fstat); add(set, structure, name, "df_num", found$stats$ndf)
    add(set, structure, name, "df_den", found$stats$ddf); add(set, structure, name, "scale", found$stats$F.scaling)
  }
  invisible(model)
}
satterthwaite <- function(set, structure, formula, data, contrasts, tests) {
  model <- lmerTest::lmer(formula, data, REML = TRUE, control = tight)
  for (name in names(contrasts)) {
    found <- contest1D(model, contrasts[[name]](names(fixef(model))), ddf = "Satterthwaite")
    add(set, structure, name, "df_satterthwaite", found$df)
  }
  for (name in names(tests)) {
    L <- do.call(rbind, lapply(tests[[name]], function(one) one(names(fixef(model)))))
    found <- contestMD(model, L, ddf = "Satterthwaite")
    add(set, structure, name, "F_satterthwaite", found[["F value"]])
    add(set, structure, name, "df_den_satterthwaite", found[["DenDF"]])
  }
}
marginal <- function(set, structure, formula, data, correlation, weights, contrasts) {
  model <- gls(formula, data, correlation = correlation, weights = weights, method = "REML", na.action = na.omit,
               control = glsControl(tolerance = 1e-10, msTol = 1e-12, maxIter = 500, msMaxIter = 500))
  print(model)
  add(set, structure, "gls", "deviance", -2 * as.numeric(logLik(model)))
  for (name in names(contrasts)) {
    row <- contrasts[[name]](names(coef(model)))
    add(set, structure, paste(name, "by gls"), "estimate", sum(row * coef(model)))
    add(set, structure, paste(name, "by gls"), "se_unadjusted", sqrt(as.numeric(row %*% vcov(model) %*% row)))
  }
}
of <- function(...) { wanted <- c(...); function(names) { row <- numeric(length(names)); row[match(names(wanted), names)] <- wanted; stopifnot(sum(row != 0) == length(wanted)); row } }

orthodont <- read("orthodont", list(sex = c("Male", "Female"), visit = c(8, 10, 12, 14)))
at14 <- list(sex_at_14 = of(sexFemale = 1, `sexFemale:visit14` = 1))
interaction <- list(interaction = list(of(`sexFemale:visit10` = 1), of(`sexFemale:visit12` = 1), of(`sexFemale:visit14` = 1)))
mixed("orthodont", "us", distance ~ sex * visit + (0 + visit | participant), orthodont, at14, interaction)
mixed("orthodont", "cs", distance ~ sex * visit + (1 | participant), orthodont, at14, interaction)
satterthwaite("orthodont", "cs", distance ~ sex * visit + (1 | participant), orthodont, at14, interaction)
by_place <- ~ as.integer(visit) | participant
vary <- varIdent(form = ~ 1 | visit)
marginal("orthodont", "us", distance ~ sex * visit, orthodont, corSymm(form = by_place), vary, at14)
marginal("orthodont", "cs", distance ~ sex * visit, orthodont, corCompSymm(form = ~ 1 | participant), NULL, at14)
marginal("orthodont", "csh", distance ~ sex * visit, orthodont, corCompSymm(form = ~ 1 | participant), vary, at14)
marginal("orthodont", "ar1", distance ~ sex * visit, orthodont, corAR1(form = by_place), NULL, at14)
marginal("orthodont", "ar1h", distance ~ sex * visit, orthodont, corAR1(form = by_place), vary, at14)

girls <- droplevels(orthodont[orthodont$sex == "Female", ])
mixed("girls", "us", distance ~ visit + (0 + visit | participant), girls, list(visit10 = of(visit10 = 1), visit14 = of(visit14 = 1)))

sleep <- read("sleep", list(drug = c(1, 2)))
mixed("sleep", "us", extra ~ drug + (0 + drug | participant), sleep, list(drug = of(drug2 = 1)))

fev <- read("fev", list(arm = c("PBO", "TRT"), sex = c("Male", "Female"), visit = paste0("VIS", 1:4)))
fev$race <- factor(fev$race)
mixed("fev", "us", fev1 ~ race + sex + arm * visit + (0 + visit | participant), fev,
      list(arm_at_1 = of(armTRT = 1), arm_at_4 = of(armTRT = 1, `armTRT:visitVIS4` = 1), change_to_4 = of(visitVIS4 = 1)),
      list(interaction = list(of(`armTRT:visitVIS2` = 1), of(`armTRT:visitVIS3` = 1), of(`armTRT:visitVIS4` = 1))))

pilot <- read("pilot", list(arm = c("placebo", "low", "high"), visit = c("Week 8", "Week 16", "Week 24")))
pilot$site <- factor(pilot$site)
mixed("pilot", "us", change ~ arm * visit + site + base * visit + (0 + visit | participant), pilot,
      list(low_at_24 = of(armlow = 1, `armlow:visitWeek 24` = 1), high_at_24 = of(armhigh = 1, `armhigh:visitWeek 24` = 1)))

write.csv(do.call(rbind, rows), file.path(out, "mmrm_r.csv"), row.names = FALSE, quote = FALSE)
print(sessionInfo())
