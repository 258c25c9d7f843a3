#!/usr/bin/env python3
"""Fits the polynomials of the exponential and of the logarithm; writes coefficients.h.

    fit-coefficients.py            write ../native/kernels/coefficients.h
    fit-coefficients.py --check    exit with 1 if that file is not what would be written

Needs Python 3.9 and mpmath. Takes a few seconds, and gives the same bytes everywhere.

Both polynomials have the form  p(x) = c_0 + c_1 x + ... + c_d x^d,  some leading coefficients being
given, and make the largest weighted error  w(x) |p(x) - g(x)|  as small as possible (Remez). The
other coefficients are rounded to the target format one at a time, from the lowest, each time
fitting those above it anew: they make up for most of what the rounding did.
"""

import argparse
import functools
import math
import random
import sys
from pathlib import Path

import mpmath
from mpmath import mp, mpf

mp.prec = 200
HEADER = Path(__file__).resolve().parent.parent / "native" / "kernels" / "coefficients.h"


# Rounding, and error in units of the last place.


def float32(x):
    """The nearest float32, ties to even, as an mpf (nothing here comes near the subnormals)."""
    return mpmath.fadd(x, 0, prec=24)


def float64(x):
    return mpmath.fadd(x, 0, prec=53)


def fma32(a, b, c):
    """The float32 nearest to a b + c: the product is exact, the sum is rounded once."""
    return mpmath.fadd(mpmath.fmul(a, b, exact=True), c, prec=24)


def ulp_error(result, exact, bits):
    """|result - exact|, counted in units of the last place of the correctly rounded result."""
    exponent = mpmath.frexp(mpmath.fadd(exact, 0, prec=bits))[1]
    return abs(result - exact) / mpmath.ldexp(1, exponent - bits)


# The fit.


def chebyshev_points(a, b, count):
    """Points of [a, b], dense towards its ends; never an end, nor the middle if count is even."""
    angles = [mpmath.pi * (2 * i + 1) / (2 * count) for i in range(count)]
    return [(a + b - (b - a) * mpmath.cos(angle)) / 2 for angle in angles]


def remez(points, goals, weights, degree):
    """The polynomial q of this degree with the least E = max w_k |q(x_k) - g_k| over the points.

    q is the best one if and only if its weighted error takes the value E, with alternating signs,
    at degree + 2 of the points (Chebyshev). Solve  q(x_i) + (-1)^i h / w(x_i) = g(x_i)  at so many
    points for q and h; while some point's error is larger than |h|, let it take the place of a
    neighbour such that the signs still alternate. |h| grows each time, so this ends.
    """
    size = degree + 2
    chosen = [len(points) * (2 * i + 1) // (2 * size) for i in range(size)]
    while True:
        rows = [
            [points[k] ** j for j in range(degree + 1)] + [(-1) ** i / weights[k]]
            for i, k in enumerate(chosen)
        ]
        *q, h = mpmath.lu_solve(mpmath.matrix(rows), mpmath.matrix([goals[k] for k in chosen]))
        errors = [w * (mpmath.polyval(q[::-1], x) - g) for x, g, w in zip(points, goals, weights)]
        worst = max(range(len(points)), key=lambda k: abs(errors[k]))
        if abs(errors[worst]) <= abs(h) * (1 + mpf(2) ** -30):
            return q
        same_sign = [errors[k] * errors[worst] > 0 for k in chosen]
        if worst < chosen[0]:
            chosen = [worst] + (chosen[1:] if same_sign[0] else chosen[:-1])
        elif worst > chosen[-1]:
            chosen = (chosen[:-1] if same_sign[-1] else chosen[1:]) + [worst]
        else:
            left = max(i for i, k in enumerate(chosen) if k < worst)
            chosen[left if same_sign[left] else left + 1] = worst


def fit(goal, weight, interval, given, degree, rounding):
    """The coefficients of p, of which `given` are the first, the others rounded by `rounding`.

    With the first k fixed,  p - g = x^k (q - (g - fixed part) / x^k):  fit q, keep its q_0 rounded.
    """
    points = chebyshev_points(*interval, 400)
    goals = [goal(x) for x in points]
    weights = [weight(x) for x in points]
    p = list(given)
    while len(p) <= degree:
        k = len(p)
        rest = [(g - mpmath.polyval(p[::-1], x)) / x**k for x, g in zip(points, goals)]
        q = remez(points, rest, [w * abs(x) ** k for x, w in zip(points, weights)], degree - k)
        p.append(rounding(q[0]))
    return p


def largest(f, interval):
    """max |f| over a fine grid. Between its points |f| may exceed this by a few parts in 10^5."""
    return max(abs(f(x)) for x in chebyshev_points(*interval, 3000))


# e^r in float32.

LOG2E = float32(1 / mpmath.log(2))
LN2_HI = float32(mpmath.log(2))
LN2_LO = float32(mpmath.log(2) - LN2_HI)
R = mpmath.log(2) / 2 * (1 + mpf(2) ** -13)  # |r| is below this up to |x| = 2^11
R_WIDE = mpf("0.3606")  # and below this up to |x| = 2^20, since float32(log2 e) is not log2 e

# Where exp_core errs most: among all float32 x of [-87, 88], and among all |x| <= 2^20. Found by
# trying every one (seconds in C). Anyone who changes the fit has to find them again.
HARDEST_X = mpf(float.fromhex("0x1.77870ep+2"))
HARDEST_X_WIDE = mpf(float.fromhex("0x1.8ae5eap+19"))


def exp_weight(r):
    """Relative error, reweighed:  e^-r (1 + 6 t^6) (1 - t/10),  t = r / R.

    The core rounds r (by at most 2^-26) and the factor of its last r (half an ulp, times r): both
    hurt most at the ends of the interval, so there the polynomial must be better, and in the middle
    it may be worse. Factors like these were compared by the largest error over all float32 x:
    0.891 ulp without, 0.866 with. The approximation error grows from 3e-9 to 6e-9, but where the
    other errors leave room for it.
    """
    t = r / R
    return mpmath.exp(-r) * (1 + 6 * t**6) * (1 - t / 10)


def exp_core(x, c):
    """e^x by the operations of the kernels, each rounded once: range reduction, Horner, scaling."""
    magic = mpf(3 << 22)
    n = fma32(x, LOG2E, magic) - magic
    r = fma32(n, -LN2_LO, fma32(n, -LN2_HI, x))
    p = c[-1]
    for coefficient in reversed(c[:-1]):
        p = fma32(p, r, coefficient)
    return mpmath.ldexp(p, int(n))


def fit_exp():
    """e^r = 1 + r + c_2 r^2 + ... + c_6 r^6, and its errors by name."""
    c = fit(mpmath.exp, exp_weight, (-R, R), [mpf(1), mpf(1)], 6, float32)
    relative = lambda r: mpmath.polyval(c[::-1], r) * mpmath.exp(-r) - 1
    rng = random.Random(1)
    xs = [HARDEST_X] + [float32(mpf(rng.uniform(-87, 88))) for _ in range(20000)]
    core_error = lambda x: ulp_error(exp_core(x, c), mpmath.exp(x), 24)
    ulps = [core_error(x) for x in xs]
    assert max(ulps) == ulps[0], "HARDEST_X is no longer the hardest"
    return c, {
        "narrow": largest(relative, (-R, R)),
        "wide": largest(relative, (-R_WIDE, R_WIDE)),
        "hardest": ulps[0],
        "hardest wide": core_error(HARDEST_X_WIDE),
        "mean": sum(ulps) / len(ulps),
    }


# log m in float64.

F_MAX = 3 - 2 * mpmath.sqrt(2)  # |f| for m = sqrt 2 and for m = 1 / sqrt 2
LOG_DEGREE = 6  # the least with an error below 2^-58


def atanh_goal(s):
    """g with  2 atanh(f) = 2 f + f s g(s),  s = f^2."""
    f = mpmath.sqrt(s)
    return (2 * mpmath.atanh(f) / f - 2) / s


def atanh_weight(s):
    """d(2 f + f s p) / dp relative to 2 atanh(f): makes the error of p that of the logarithm."""
    f = mpmath.sqrt(s)
    return f * s / (2 * mpmath.atanh(f))


def horner(p, s):
    """P(s) on Python floats: a product and a sum at a time, each rounded, as in the kernels."""
    return functools.reduce(lambda result, coefficient: result * s + coefficient, reversed(p))


def twice_atanh(f, p):
    s = f * f
    return 2 * f + f * (s * horner(p, s))


def log1p_by_difference(u, p):
    """log(1 + u) = 2 atanh(f), f = u / (2 + u), as  u - f (u - s P(s)).

    Equal, since 2 f = u - f u; but 2 f carries the roundings of a sum and of a quotient, while u is
    exact, m - 1 for the logarithm of m included.
    """
    f = u / (2 + u)
    s = f * f
    return u - f * (u - s * horner(p, s))


def fit_log():
    interval = (mpf(0), F_MAX**2 * (1 + mpf(2) ** -13))
    p = fit(atanh_goal, atanh_weight, interval, [], LOG_DEGREE, float64)
    relative = lambda s: atanh_weight(s) * (mpmath.polyval(p[::-1], s) - atanh_goal(s))
    doubles = [float(c) for c in p]
    rng = random.Random(2)
    us = [(math.sqrt(2) - 1) * rng.random() ** rng.choice((1, 4, 30)) for _ in range(20000)]
    us += [rng.uniform(math.sqrt(0.5), 1) - 1 for _ in range(20000)]
    exact = [mpmath.log1p(u) for u in us]
    worst = lambda results: max(ulp_error(r, e, 53) for r, e in zip(results, exact))
    return p, {
        "relative": largest(relative, interval),
        "sum": worst(twice_atanh(u / (2 + u), doubles) for u in us),
        "difference": worst(log1p_by_difference(u, doubles) for u in us),
    }


# The header.


def hexadecimal(x, digits):
    """x as a hexadecimal literal with this many digits after the point (x must fit)."""
    mantissa, exponent = float.hex(float(x)).split("p")
    whole, fraction = mantissa.split(".")
    assert not fraction[digits:].strip("0"), f"{x} has more than {digits} hexadecimal digits"
    return f"{whole}.{fraction[:digits]:0<{digits}}p{exponent}"


def rounded_up(x, places=1):
    """x in scientific notation, rounded up: a bound stays one."""
    exponent = math.floor(mpmath.log10(x))
    digits = math.ceil(x * mpf(10) ** (places - exponent)) / 10**places
    return f"{digits:.{places}f}e{exponent}"


def header(c, exp_errors, p, log_errors):
    f32 = lambda name, x, note: f"static constexpr float {name} = {hexadecimal(x, 6)}f;{note}"
    f64 = lambda name, x, note: f"static constexpr double {name} = {hexadecimal(x, 13)};{note}"
    # 21 bits for the high part: its product with an integer of up to 32 bits is exact.
    ln2_hi = mpmath.fadd(mpmath.log(2), 0, prec=21)
    ln2_lo = float64(mpmath.log(2) - ln2_hi)
    factors = [f32(f"kExpC{k}", c[k], f"{' ' * (k < 6)}  // ~ 1/{k}!") for k in range(2, 7)]
    terms = [f"    {hexadecimal(x, 13)},  // ~ 2/{2 * k + 3}" for k, x in enumerate(p)]
    factors, terms = "\n".join(factors), "\n".join(terms)
    narrow, wide = rounded_up(exp_errors["narrow"]), rounded_up(exp_errors["wide"])
    hardest, hardest_wide = (
        f"{math.ceil(exp_errors[name] * 10000) / 10000:.4f}" for name in ("hardest", "hardest wide")
    )
    log_bound = math.ceil(mpmath.log(log_errors["relative"], 2) * 10) / 10
    return f"""\
// Generated by scripts/fit-coefficients.py; run it to change a number.
#pragma once

namespace logits {{

// x = n ln 2 + r in float32, n = round(x log2(e)): r = fma(n, -kLn2Lo, fma(n, -kLn2Hi, x)).
{f32("kLog2e", LOG2E, "")}
{f32("kLn2Hi", LN2_HI, "")}
{f32("kLn2Lo", LN2_LO, "  // float32(ln 2 - kLn2Hi)")}

// e^r ~ 1 + r (1 + r (c2 + r (c3 + r (c4 + r (c5 + r c6))))), a float32 fma each.
//   relative approximation error <= {narrow} on |r| <= {float(R):.4f} (|x| <= 2^11)
//   relative approximation error <= {wide} on |r| <= {float(R_WIDE):.4f} (|x| <= 2^20)
//   e^x with the range reduction above: at most {hardest} ulp over every float32 x in [-87, 88],
//   and {hardest_wide} ulp over every |x| <= 2^20
{factors}

// 2 atanh(f) ~ 2 f + f s P(s), s = f^2, P(s) = kLog[0] + kLog[1] s + ...; plain float64 operations.
//   relative approximation error <= 2^{log_bound:.1f} on |f| <= 3 - 2 sqrt 2
//   log(1 + u), f = u / (2 + u): 2.0 ulp as 2 f + f (s P(s)), 0.93 ulp as u - f (u - s P(s))
static constexpr int kLogTerms = {len(p)};
static constexpr double kLog[kLogTerms] = {{
{terms}
}};

// ln 2 = kLn2HiF64 + kLn2LoF64; E kLn2HiF64 is exact for every integer |E| <= 2^32.
{f64("kLn2HiF64", ln2_hi, "")}
{f64("kLn2LoF64", ln2_lo, "")}

}}  // namespace logits
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="exit with 1 if the header differs")
    arguments = parser.parse_args()
    c, exp_errors = fit_exp()
    p, log_errors = fit_log()
    text = header(c, exp_errors, p, log_errors)
    nstr = lambda x: mpmath.nstr(x, 5)
    print(f"exp: approximation error <= {nstr(exp_errors['narrow'])} on |r| <= {nstr(R)}")
    print(f"exp: approximation error <= {nstr(exp_errors['wide'])} on |r| <= {nstr(R_WIDE)}")
    print(f"exp: max {nstr(exp_errors['hardest'])} ulp, mean (sampled) {nstr(exp_errors['mean'])}")
    print(f"exp: max {nstr(exp_errors['hardest wide'])} ulp for |x| <= 2^20")
    log_bound = nstr(mpmath.log(log_errors["relative"], 2))
    print(f"log: approximation error <= 2^{log_bound} on |f| <= {nstr(F_MAX)}")
    print(f"log(1 + u) as 2 f + f (s P(s)): sampled, max {nstr(log_errors['sum'])} ulp")
    print(f"log(1 + u) as u - f (u - s P(s)): sampled, max {nstr(log_errors['difference'])} ulp")
    if arguments.check:
        if not HEADER.exists() or HEADER.read_text(encoding="utf-8") != text:
            sys.exit(f"{HEADER.name} is not what fit-coefficients.py generates")
    else:
        HEADER.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
