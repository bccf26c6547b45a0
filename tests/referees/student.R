# Student's t by R: two-sided p, and the quantile below which a share lies.
#   cd tests/referees && Rscript --vanilla student.R > student.out        writes student_r.csv beside it
degrees <- c(1, 2, 3, 4, 5, 7, 10, 20, 30, 50, 100, 300, 999, 1000)
more <- c(1001, 20000, 100000)
p <- expand.grid(x = c(1e-3, 0.01, 0.5, 1, 2, 3.18, 5, 10, 40, 100), df = degrees)
q <- rbind(expand.grid(x = c(0.75, 0.9, 0.975, 0.995, 0.9995), df = degrees),
           expand.grid(x = c(0.75, 0.9, 0.975, 0.995), df = more))
out <- rbind(data.frame(what = "p", df = p$df, x = p$x, value = 2 * pt(-p$x, p$df)),
             data.frame(what = "quantile", df = q$df, x = q$x, value = qt(q$x, q$df)))
out$df <- sprintf("%d", as.integer(out$df))
for (name in c("x", "value")) out[[name]] <- sprintf("%.17g", out[[name]])
write.csv(out, "student_r.csv", row.names = FALSE, quote = FALSE)
print(head(out, 12))
cat(nrow(out), "rows\n")
print(sessionInfo())
