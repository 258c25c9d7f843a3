#!/usr/bin/env python3
"""Fits the polynomials of the exponentials and of the logarithm; writes coefficients.h.

    fit-coefficients.py            write ../native/kernels/math/coefficients.h
    fit-coefficients.py --check    exit with 1 if that file is not what would be written

Needs Python 3.9 and mpmath. Takes ten seconds, and gives the same bytes everywhere.

All polynomials have the form  p(x) = c_0 + c_1 x + ... + c_d x^d,  some leading coefficients being
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
HEADER = Path(__file__).resolve().parent.parent / "native" / "kernels" / "math" / "coefficients.h"


# Rounding, and error in units of the last place. A format is the number of bits of its significand.

FLOAT32 = 24
FLOAT64 = 53


def rounded(x, bits):
    """The nearest number of the format, ties to even (nothing here comes near the subnormals)."""
    return mpmath.fadd(x, 0, prec=bits)


def fma(a, b, c, bits):
    """The number of the format nearest to a b + c: the product is exact, the sum rounded once."""
    return mpmath.fadd(mpmath.fmul(a, b, exact=True), c, prec=bits)


def fma_horner(p, x, bits):
    """p(x) by one fma for each coefficient but the last, which it starts from."""
    result = p[-1]
    for coefficient in reversed(p[:-1]):
        result = fma(result, x, coefficient, bits)
    return result


def ulp_error(result, exact, bits):
    """|result - exact|, counted in units of the last place of the correctly rounded result."""
    exponent = mpmath.frexp(rounded(exact, bits))[1]
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


def fit(goal, weight, interval, given, degree, bits):
    """The coefficients of p, of which `given` are the first, the others rounded to the format.

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
        p.append(rounded(q[0], bits))
    return p


def largest(f, interval):
    """max |f| over a fine grid. Between its points |f| may exceed this by a few parts in 10^5."""
    return max(abs(f(x)) for x in chebyshev_points(*interval, 3000))


# e^x = 2^n e^r, by the operations of the kernels.


@functools.cache
def reduction(bits):
    """What the range reduction multiplies by: log2 e, and ln 2 as a sum of two."""
    ln2 = mpmath.log(2)
    high = rounded(ln2, bits)
    return rounded(1 / ln2, bits), high, rounded(ln2 - high, bits)


def exp_core(x, c, bits):
    """e^x by operations each rounded once: range reduction, Horner, scaling."""
    log2e, ln2_high, ln2_low = reduction(bits)
    magic = mpf(3 << (bits - 2))
    n = fma(x, log2e, magic, bits) - magic
    r = fma(n, -ln2_low, fma(n, -ln2_high, x, bits), bits)
    return mpmath.ldexp(fma_horner(c, r, bits), int(n))


def exp_core_error(x, c, bits):
    return ulp_error(exp_core(x, c, bits), mpmath.exp(x), bits)


def exp_relative_error(c):
    return lambda r: mpmath.polyval(c[::-1], r) * mpmath.exp(-r) - 1


# e^r in float32.

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


def fit_exp():
    """e^r = 1 + r + c_2 r^2 + ... + c_6 r^6, and its errors by name."""
    c = fit(mpmath.exp, exp_weight, (-R, R), [mpf(1), mpf(1)], 6, FLOAT32)
    relative = exp_relative_error(c)
    rng = random.Random(1)
    xs = [HARDEST_X] + [rounded(mpf(rng.uniform(-87, 88)), FLOAT32) for _ in range(20000)]
    ulps = [exp_core_error(x, c, FLOAT32) for x in xs]
    assert max(ulps) == ulps[0], "HARDEST_X is no longer the hardest"
    return c, {
        "narrow": largest(relative, (-R, R)),
        "wide": largest(relative, (-R_WIDE, R_WIDE)),
        "hardest": ulps[0],
        "hardest wide": exp_core_error(HARDEST_X_WIDE, c, FLOAT32),
        "mean": sum(ulps) / len(ulps),
    }


# e^r in float64, and with the same coefficients  h(r) = e^r - 1 - r = r^2 (c_2 + c_3 r + ...).

R_F64 = mpf("0.3466")  # |r| is below this up to |x| = 2^30
EXP_DEGREE_F64 = 11  # the least with an error below 2^-56

# Where exp_core and exp_tail_core erred most among 10^8 x and 10^7 r (minutes in C): a few samples
# seldom come as near. Anyone who changes the fit should look for them again.
HARDEST_X_F64 = mpf(float.fromhex("-0x1.ae6a1dc74411cp+7"))
HARDEST_R_F64 = mpf(float.fromhex("0x1.00981479c18p-8"))


def exp_tail(r):
    """h(r)"""
    return mpmath.expm1(r) - r


def exp_weight_f64(r):
    """Makes the error the relative one of e^r, or 1/64 of that of h, whichever is larger.

    Fitted for e^r alone, the polynomial errs by 2^-57.9, but h by 2^-48.6; for h alone, by 2^-55.7
    and 2^-52. So both are good, and h is kept near what its own roundings cost.
    """
    return max(mpmath.exp(-r), 1 / (64 * exp_tail(r)))


def exp_tail_core(r, c):
    """h(r) by float64 operations each rounded once: the polynomial by Horner, times r r."""
    square = rounded(mpmath.fmul(r, r, exact=True), FLOAT64)
    return rounded(mpmath.fmul(square, fma_horner(c[2:], r, FLOAT64), exact=True), FLOAT64)


def fit_exp_f64():
    interval = (-R_F64, R_F64)
    c = fit(mpmath.exp, exp_weight_f64, interval, [mpf(1), mpf(1)], EXP_DEGREE_F64, FLOAT64)
    tail_relative = lambda r: r**2 * mpmath.polyval(c[:1:-1], r) / exp_tail(r) - 1
    tail_core_error = lambda r: abs(exp_tail_core(r, c) / exp_tail(r) - 1)
    rng = random.Random(3)
    sample = lambda bound: [mpf(rng.uniform(-bound, bound)) for _ in range(20000)]
    xs, wide_xs, rs = sample(700), sample(2**30), sample(0.3466)
    return c, {
        "relative": largest(exp_relative_error(c), interval),
        "core": max(exp_core_error(x, c, FLOAT64) for x in [HARDEST_X_F64] + xs + wide_xs + rs),
        "tail relative": largest(tail_relative, interval),
        "tail core": max(map(tail_core_error, [HARDEST_R_F64] + rs)),
    }


# log1p(u) / u in float32.

LOG1P_DEGREE = 9  # the least with an error below a tenth of a rounding


def fit_log1p():
    """Q with  log1p(u) = u Q(u)  for u in [0, 1]; Q(0) = 1, so that the smallest u is exact."""
    goal = lambda u: mpmath.log1p(u) / u
    c = fit(goal, lambda u: 1 / goal(u), (mpf(0), mpf(1)), [mpf(1)], LOG1P_DEGREE, FLOAT32)
    core = lambda u: rounded(mpmath.fmul(u, fma_horner(c, u, FLOAT32), exact=True), FLOAT32)
    rng = random.Random(4)
    us = [rounded(mpf(rng.random() ** rng.choice((1, 4))), FLOAT32) for _ in range(20000)]
    return c, {
        "relative": largest(lambda u: mpmath.polyval(c[::-1], u) / goal(u) - 1, (mpf(0), mpf(1))),
        "core": max(abs(core(u) / mpmath.log1p(u) - 1) for u in us),
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
    p = fit(atanh_goal, atanh_weight, interval, [], LOG_DEGREE, FLOAT64)
    relative = lambda s: atanh_weight(s) * (mpmath.polyval(p[::-1], s) - atanh_goal(s))
    doubles = [float(c) for c in p]
    rng = random.Random(2)
    us = [(math.sqrt(2) - 1) * rng.random() ** rng.choice((1, 4, 30)) for _ in range(20000)]
    us += [rng.uniform(math.sqrt(0.5), 1) - 1 for _ in range(20000)]
    exact = [mpmath.log1p(u) for u in us]
    worst = lambda results: max(ulp_error(r, e, FLOAT64) for r, e in zip(results, exact))
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


def fixed_up(x, places):
    """x with this many decimals, rounded up."""
    return f"{math.ceil(x * 10**places) / 10**places:.{places}f}"


def power_up(x):
    """x as a power of two, rounded up."""
    return f"2^{fixed_up(mpmath.log(x, 2), 1)}"


def header(c, exp_errors, c_log1p, log1p_errors, c_f64, exp_f64_errors, p, log_errors):
    f32 = lambda name, x, note: f"static constexpr float {name} = {hexadecimal(x, 6)}f;{note}"
    f64 = lambda name, x, note: f"static constexpr double {name} = {hexadecimal(x, 13)};{note}"
    log2e, ln2_high, ln2_low = reduction(FLOAT32)
    log2e_f64, ln2_high_f64, ln2_low_f64 = reduction(FLOAT64)
    # 21 bits for the high part: its product with an integer of up to 32 bits is exact.
    ln2_hi = rounded(mpmath.log(2), 21)
    ln2_lo = rounded(mpmath.log(2) - ln2_hi, FLOAT64)
    factors = [f32(f"kExpC{k}", c[k], f"{' ' * (k < 6)}  // ~ 1/{k}!") for k in range(2, 7)]
    exp_terms = [
        f"    {hexadecimal(x, 13) + ',':<22}  // ~ 1/{k}!" for k, x in enumerate(c_f64) if k >= 2
    ]
    log_terms = [f"    {hexadecimal(x, 13)},  // ~ 2/{2 * k + 3}" for k, x in enumerate(p)]
    log1p_terms = [
        f"    {hexadecimal(x, 6) + 'f,':<18}// ~ {'-' * (k % 2)}1/{k + 1}" for k, x in enumerate(c_log1p)
    ]
    factors, exp_terms, log_terms, log1p_terms = map(
        "\n".join, (factors, exp_terms, log_terms, log1p_terms)
    )
    narrow, wide = rounded_up(exp_errors["narrow"]), rounded_up(exp_errors["wide"])
    hardest, hardest_wide = (fixed_up(exp_errors[name], 4) for name in ("hardest", "hardest wide"))
    core_f64 = fixed_up(exp_f64_errors["core"], 2)
    relative_f64, tail_relative, tail_core = (
        power_up(exp_f64_errors[name]) for name in ("relative", "tail relative", "tail core")
    )
    return f"""\
// Generated by scripts/fit-coefficients.py; run it to change a number.
#pragma once

namespace logits {{

// x = n ln 2 + r in float32, n = round(x log2(e)): r = fma(n, -kLn2Lo, fma(n, -kLn2Hi, x)).
{f32("kLog2e", log2e, "")}
{f32("kLn2Hi", ln2_high, "")}
{f32("kLn2Lo", ln2_low, "  // float32(ln 2 - kLn2Hi)")}

// e^r ~ 1 + r (1 + r (c2 + r (c3 + r (c4 + r (c5 + r c6))))), a float32 fma each.
//   relative approximation error <= {narrow} on |r| <= {float(R):.4f} (|x| <= 2^11)
//   relative approximation error <= {wide} on |r| <= {float(R_WIDE):.4f} (|x| <= 2^20)
//   e^x with the range reduction above: at most {hardest} ulp over every float32 x in [-87, 88],
//   and {hardest_wide} ulp over every |x| <= 2^20
{factors}

// log1p(u) ~ u Q(u), Q(u) = kLog1p[0] + kLog1p[1] u + ..., a float32 fma each, for 0 <= u <= 1.
//   relative approximation error <= {rounded_up(log1p_errors["relative"])}
//   as computed: sampled, relative error at most {rounded_up(log1p_errors["core"])}
static constexpr int kLog1pTerms = {len(c_log1p)};
static constexpr float kLog1p[kLog1pTerms] = {{
{log1p_terms}
}};

// e^x in float64, |x| <= 2^30: r = fma(n, -kLn2LowF64, fma(n, -kLn2HighF64, x)).
//   kLn2HighF64 has 53 bits, not 21 like kLn2HiF64: n kLn2HighF64 is exact only inside an fma.
{f64("kLog2eF64", log2e_f64, "")}
{f64("kLn2HighF64", ln2_high_f64, "")}
{f64("kLn2LowF64", ln2_low_f64, "  // float64(ln 2 - kLn2HighF64)")}

// e^r ~ 1 + r (1 + r Q(r)), Q(r) = kExpF64[0] + kExpF64[1] r + ..., a float64 fma each.
//   relative approximation error <= {relative_f64} on |r| <= {float(R_F64):.4f} (|x| <= 2^30)
//   e^x with the range reduction above: sampled, at most {core_f64} ulp over x in [-700, 700],
//   over |x| <= 2^30 and over |x| <= {float(R_F64):.4f}
// e^r - 1 - r ~ r^2 Q(r), without cancellation.
//   relative approximation error <= {tail_relative} on |r| <= {float(R_F64):.4f}
//   as (r r) Q(r), each operation rounded once: sampled, relative error at most {tail_core}
static constexpr int kExpF64Terms = {len(c_f64) - 2};
static constexpr double kExpF64[kExpF64Terms] = {{
{exp_terms}
}};

// 2 atanh(f) ~ 2 f + f s P(s), s = f^2, P(s) = kLog[0] + kLog[1] s + ...; plain float64 operations.
//   relative approximation error <= {power_up(log_errors["relative"])} on |f| <= 3 - 2 sqrt 2
//   log(1 + u), f = u / (2 + u): 2.0 ulp as 2 f + f (s P(s)), 0.93 ulp as u - f (u - s P(s))
static constexpr int kLogTerms = {len(p)};
static constexpr double kLog[kLogTerms] = {{
{log_terms}
}};

// ln 2 = kLn2HiF64 + kLn2LoF64; E kLn2HiF64 is exact for every integer |E| <= 2^32.
//   kLn2HiF64 has 21 bits for that, not 53 like kLn2HighF64: product and sum may be rounded each.
{f64("kLn2HiF64", ln2_hi, "")}
{f64("kLn2LoF64", ln2_lo, "")}

}}  // namespace logits
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="exit with 1 if the header differs")
    arguments = parser.parse_args()
    c, exp_errors = fit_exp()
    c_log1p, log1p_errors = fit_log1p()
    c_f64, exp_f64_errors = fit_exp_f64()
    p, log_errors = fit_log()
    text = header(c, exp_errors, c_log1p, log1p_errors, c_f64, exp_f64_errors, p, log_errors)
    nstr = lambda x: mpmath.nstr(x, 5)
    power = lambda x: f"2^{nstr(mpmath.log(x, 2))}"
    print(f"exp: approximation error <= {nstr(exp_errors['narrow'])} on |r| <= {nstr(R)}")
    print(f"exp: approximation error <= {nstr(exp_errors['wide'])} on |r| <= {nstr(R_WIDE)}")
    print(f"exp: max {nstr(exp_errors['hardest'])} ulp, mean (sampled) {nstr(exp_errors['mean'])}")
    print(f"exp: max {nstr(exp_errors['hardest wide'])} ulp for |x| <= 2^20")
    log1p_bound, log1p_core = nstr(log1p_errors["relative"]), nstr(log1p_errors["core"])
    print(f"log1p: approximation error <= {log1p_bound}; sampled, relative error {log1p_core}")
    exp_f64, tail = power(exp_f64_errors["relative"]), power(exp_f64_errors["tail relative"])
    print(f"float64 exp: approximation error <= {exp_f64} on |r| <= {nstr(R_F64)}")
    print(f"float64 exp: sampled, max {nstr(exp_f64_errors['core'])} ulp for |x| <= 2^30")
    print(f"e^r - 1 - r: approximation error <= {tail} on |r| <= {nstr(R_F64)}")
    print(f"e^r - 1 - r: sampled, relative error {power(exp_f64_errors['tail core'])}")
    log_bound = power(log_errors["relative"])
    print(f"log: approximation error <= {log_bound} on |f| <= {nstr(F_MAX)}")
    print(f"log(1 + u) as 2 f + f (s P(s)): sampled, max {nstr(log_errors['sum'])} ulp")
    print(f"log(1 + u) as u - f (u - s P(s)): sampled, max {nstr(log_errors['difference'])} ulp")
    if arguments.check:
        if not HEADER.exists() or HEADER.read_text(encoding="utf-8") != text:
            sys.exit(f"{HEADER.name} is not what fit-coefficients.py generates")
    else:
        HEADER.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
