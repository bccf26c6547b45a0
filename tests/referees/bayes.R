# Referee for analysis/bayes: posteriors of a mean change, JZS Bayes factors, a hierarchical model; all by integrate().
#   Rscript bayes.R OUTPUT_DIRECTORY     (writes bayes_r.csv)
# Other integrals than the program's: over the mean change with Student's likelihood, over g, and over tau itself.
# sleep = datasets::sleep (Cushny and Peebles 1905); eight = Rubin 1981, table 1; the others are invented.
options(digits = 15, warn = 1)
out <- commandArgs(trailingOnly = TRUE)[1]
rows <- list()
add <- function(case, field, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, field = field, value = sprintf("%.15g", value))
  cat(case, field, sprintf("%.15g", value), "\n")
}
whole <- function(f, at) { # in pieces, so that no narrow height is missed
  ends <- sort(unique(c(-Inf, at, Inf)))
  sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-11, abs.tol = 0, subdivisions = 2000)$value,
             head(ends, -1), tail(ends, -1)))
}
part <- function(f, until, at) {
  ends <- c(-Inf, sort(unique(at[at < until])), until)
  sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-11, abs.tol = 0, subdivisions = 2000)$value,
             head(ends, -1), tail(ends, -1)))
}
changes <- list(
  sleep = c(1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, .8, 4.6, 1.4), four = c(2, 1.5, 2.5, 2), small = c(-3, -1, 0.5),
  two = c(1, 2), odds = c(9.5, 10, 10.4, 11, 9.1, 10.2))
priors <- list(weak = c(0, 10), sceptical = c(0, 0.6079568319117689), enthusiastic = c(1, 0.6079568319117689),
               far = c(-2, 0.5))
for (name in names(changes)) for (prior in names(priors)) {
  d <- changes[[name]]; m0 <- priors[[prior]][1]; s0 <- priors[[prior]][2]
  n <- length(d); error <- sd(d) / sqrt(n)
  raw <- function(mu) dnorm(mu, m0, s0) * dt((mu - mean(d)) / error, n - 1) / error
  at <- sort(c(outer(c(m0, mean(d)), c(-40, -10, -4, -1, 0, 1, 4, 10, 40) * min(s0, error), "+")))
  total <- whole(raw, at)
  f <- function(mu) raw(mu) / total
  case <- paste(name, prior)
  mean1 <- whole(function(mu) mu * f(mu), at)
  add(case, "mean", mean1)
  add(case, "sd", sqrt(whole(function(mu) (mu - mean1)^2 * f(mu), at)))
  add(case, "below0", part(f, 0, at)); add(case, "below1", part(f, 1, at))
  for (share in c(.025, .5, .975)) {
    end <- uniroot(function(q) part(f, q, at) - share, c(min(at) - 50, max(at) + 50), tol = 1e-11)$root
    add(case, paste0("q", share), end)
  }
}
jzs <- function(t, n, r) {
  f <- function(g) (1 + n * g * r^2)^-.5 * (1 + t^2 / ((1 + n * g * r^2) * (n - 1)))^(-n / 2) *
    (2 * pi)^-.5 * g^-1.5 * exp(-1 / (2 * g))
  at <- c(1e-3, .01, .1, 1, 10, 100, 1e4)
  ends <- c(0, at, Inf)
  top <- sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-12, abs.tol = 0, subdivisions = 2000)$value,
                    head(ends, -1), tail(ends, -1)))
  top / (1 + t^2 / (n - 1))^(-n / 2)
}
for (t in c(0, .5, 1, 2.5, 4.06212768, -3.2, 9.8)) for (n in c(2, 4, 10, 50)) for (r in c(.5, sqrt(.5), 1))
  add(paste("jzs", t, n, sprintf("%.3f", r)), "bf10", jzs(t, n, r))

models <- list(
  eight = list(y = c(28, 8, -3, 7, -1, 1, 18, 12), s = c(15, 10, 16, 11, 9, 11, 10, 18), scale = c(5, 25)),
  three = list(y = c(.2, 1.4, .9), s = c(.3, .5, .2), scale = c(.5, 1)),
  alike = list(y = c(1, 1.05, .98, 1.01), s = c(.3, .3, .3, .3), scale = .5))
for (name in names(models)) for (scale in models[[name]]$scale) {
  y <- models[[name]]$y; v <- models[[name]]$s^2; k <- length(y)
  at <- c(.001, .01, .05, .1, .2, .5, 1, 2, 5) * median(models[[name]]$s) * 2
  given <- function(tau) { w <- 1 / (v + tau^2); c(sum(w * y) / sum(w), 1 / sum(w)) }
  raw <- function(tau) sapply(tau, function(one) {
    g <- given(one)
    sqrt(g[2]) * prod((v + one^2)^-.5) * exp(-sum((y - g[1])^2 / (v + one^2)) / 2) / (1 + (one / scale)^2)
  })
  over <- function(f, until = Inf) {
    ends <- c(0, at[at < until], until)
    sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-11, abs.tol = 0, subdivisions = 2000)$value,
               head(ends, -1), tail(ends, -1)))
  }
  total <- over(raw)
  about <- function(h) over(function(tau) sapply(tau, h) * raw(tau)) / total
  case <- paste(name, scale)
  m <- about(function(tau) given(tau)[1])
  add(case, "mean", m)
  add(case, "sd", sqrt(about(function(tau) given(tau)[2] + (given(tau)[1] - m)^2)))
  add(case, "tau", about(function(tau) tau))
  add(case, "above0", about(function(tau) pnorm(given(tau)[1] / sqrt(given(tau)[2]))))
  for (share in c(.025, .5, .975)) {
    end <- uniroot(function(q) over(raw, q) / total - share, c(1e-6, 60 * scale), tol = 1e-10)$root
    add(case, paste0("tau", share), end)
  }
  for (share in c(.025, .975)) {
    end <- uniroot(function(q) about(function(tau) pnorm((q - given(tau)[1]) / sqrt(given(tau)[2]))) - share,
                   m + c(-20, 20) * scale, tol = 1e-10)$root
    add(case, paste0("mu", share), end)
    end <- uniroot(function(q) about(function(tau) pnorm((q - given(tau)[1]) / sqrt(given(tau)[2] + tau^2))) - share,
                   m + c(-90, 90) * scale, tol = 1e-10)$root
    add(case, paste0("further", share), end)
  }
  for (j in seq_len(k)) {
    centre <- function(tau) (tau^2 * y[j] + v[j] * given(tau)[1]) / (v[j] + tau^2)
    mj <- about(centre)
    add(case, paste0("mean", j), mj)
    add(case, paste0("sd", j), sqrt(about(function(tau) {
      b <- v[j] / (v[j] + tau^2)
      b * tau^2 + b^2 * given(tau)[2] + (centre(tau) - mj)^2
    })))
  }
}
write.csv(do.call(rbind, rows), file.path(out, "bayes_r.csv"), row.names = FALSE, quote = FALSE)
print(sessionInfo())
