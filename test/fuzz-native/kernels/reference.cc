#include "reference.h"

#include <cmath>
#include <limits>

namespace fuzz {
namespace {

constexpr long double kInfinity = std::numeric_limits<long double>::infinity();
constexpr long double kNaN = std::numeric_limits<long double>::quiet_NaN();

// A term whose coefficient is 0 is none, whatever stands beside it.
long double term(long double coefficient, long double value) {
  return coefficient == 0 ? 0 : coefficient * value;
}

long double capped(double x, double softcap) {
  return softcap == 0 ? x : softcap * tanhl(static_cast<long double>(x) / softcap);
}

// The sums of all values but one.
std::vector<long double> sums_of_others(const std::vector<long double>& values) {
  const size_t count = values.size();
  std::vector<long double> others(count, 0);
  long double before = 0;
  for (size_t i = 0; i < count; ++i) {
    others[i] = before;
    before += values[i];
  }
  long double behind = 0;
  for (size_t i = count; i-- > 0;) {
    others[i] += behind;
    behind += values[i];
  }
  return others;
}

long double softplus(long double v) { return (v > 0 ? v : 0) + log1pl(expl(-fabsl(v))); }

// e^-d - 1 + d: d^2 / 2 and so on where d is small.
long double excess(long double d) {
  if (fabsl(d) > 0.01L) return expm1l(-d) + d;
  long double power = d * d / 2;
  long double sum = power;
  for (int n = 3; n < 12; ++n) {
    power *= -d / static_cast<long double>(n);
    sum += power;
  }
  return sum;
}

}  // namespace

Row::Row(const std::vector<double>& logits, const Transform& given)
    : transform(given), regular(false), log_sum_exp(-kInfinity), magnitude(0) {
  const size_t classes = logits.size();
  long double largest = -kInfinity;
  bool has_nan = false;
  for (const double x : logits) {
    const long double z = capped(x, given.softcap);
    value.push_back(z);
    const long double decay =
        given.softcap == 0 ? 0 : expl(-2 * fabsl(static_cast<long double>(x) / given.softcap));
    slope.push_back(given.softcap == 0 ? 1 : 4 * decay / ((1 + decay) * (1 + decay)));
    has_nan = has_nan || std::isnan(z);
    if (z > largest) largest = z;
    if (std::isfinite(z) && fabsl(z) > magnitude) magnitude = fabsl(z);
  }
  magnitude /= given.temperature;
  if (has_nan || !std::isfinite(largest)) {
    log_sum_exp = has_nan ? kNaN : largest;
    return;
  }
  regular = true;
  std::vector<long double> terms;
  size_t first = classes;
  for (size_t c = 0; c < classes; ++c) {
    const long double distance = largest - value[c];
    if (std::isfinite(distance) && distance > spread) spread = distance;
    gap.push_back(distance / given.temperature);
    terms.push_back(expl(-gap[c]));
    if (first == classes && value[c] == largest) first = c;
  }
  const std::vector<long double> others = sums_of_others(terms);
  const long double rest = log1pl(others[first]);
  const long double total = 1 + others[first];
  for (size_t c = 0; c < classes; ++c) {
    surprisal.push_back(gap[c] + rest);
    probability.push_back(terms[c] / total);
    complement.push_back(others[c] / total);
  }
  log_sum_exp = largest / given.temperature + rest;
}

ClassLossOf class_loss(const Row& row, const std::vector<double>& target,
                       const std::vector<double>& weight, double smoothing, double z_loss) {
  const size_t classes = target.size();
  ClassLossOf result = {{0, 0}, std::vector<Sized>(classes, Sized{kNaN, 0})};
  if (!row.regular) {
    result.loss = {kNaN, 0};
    return result;
  }
  std::vector<long double> a;
  long double total = 0;
  for (size_t c = 0; c < classes; ++c) {
    const long double own = term(1 - static_cast<long double>(smoothing), target[c]) +
                            static_cast<long double>(smoothing) / static_cast<long double>(classes);
    a.push_back(term(weight.empty() ? 1 : weight[c], own));
    const long double loss = term(a[c], row.surprisal[c]);
    result.loss.value += loss;
    result.loss.scale += fabsl(loss);
    total += fabsl(a[c]);
  }
  const long double lse = row.log_sum_exp;
  const long double least_lse = fabsl(lse) > 1 ? fabsl(lse) : 1;
  const long double lse_scale = term(z_loss, least_lse);
  result.loss.value += term(z_loss, lse * lse);
  result.loss.scale += term(lse_scale, fabsl(lse));
  const std::vector<long double> others = sums_of_others(a);
  for (size_t c = 0; c < classes; ++c) {
    const long double p = row.probability[c];
    const long double value =
        term(others[c], p) - term(a[c], row.complement[c]) + term(2 * z_loss, lse) * p;
    const long double scale = total * p + fabsl(a[c]) + 2 * lse_scale * p;
    const long double outer = row.slope[c] / row.transform.temperature;
    result.gradient[c] = {value * outer, scale * outer};
  }
  return result;
}

Sized divergence(const Row& row, const Row& other) {
  if (!row.regular || !other.regular) return {kNaN, 0};
  bool alike = true;
  for (size_t c = 0; c < row.gap.size(); ++c) {
    if (!(fabsl(other.surprisal[c] - row.surprisal[c]) < 0.5L)) alike = false;
  }
  Sized sum = {0, 0};
  for (size_t c = 0; c < row.gap.size(); ++c) {
    const long double p = row.probability[c];
    if (p == 0) continue;
    const long double gap = other.surprisal[c] - row.surprisal[c];
    sum.value += p * (alike ? excess(gap) : gap);
    sum.scale += p * fabsl(gap);
  }
  return sum;
}

Sized binary_loss(double logit, const Transform& transform, double label, double weight,
                  double positive) {
  const long double z = capped(logit, transform.softcap) / transform.temperature;
  if (std::isnan(z)) return {kNaN, 0};
  const long double y = label;
  const long double off = term((1 - y) * weight, softplus(z));
  const long double on = term(y * positive * weight, softplus(-z));
  return {off + on, fabsl(off) + fabsl(on)};
}

std::vector<Sized> softmax_gradient(const std::vector<double>& p, const std::vector<double>& g,
                                    double temperature) {
  long double sum = 0;
  long double size = 0;
  const auto own = [&](size_t c) -> long double {
    return p[c] == 0 && std::isinf(g[c]) ? 0 : g[c];
  };
  for (size_t c = 0; c < p.size(); ++c) {
    sum += p[c] * own(c);
    size += fabsl(p[c] * own(c));
  }
  std::vector<Sized> result;
  for (size_t c = 0; c < p.size(); ++c) {
    result.push_back(
        {p[c] * (own(c) - sum) / temperature, fabsl(p[c]) * (fabsl(own(c)) + size) / temperature});
  }
  return result;
}

std::vector<Sized> log_softmax_gradient(const std::vector<double>& log_p,
                                        const std::vector<double>& g, double temperature) {
  long double sum = 0;
  long double size = 0;
  for (const double own : g) {
    sum += own;
    size += fabsl(own);
  }
  std::vector<Sized> result;
  for (size_t c = 0; c < g.size(); ++c) {
    const long double p = expl(log_p[c]);
    result.push_back({(g[c] - p * sum) / temperature, (fabsl(g[c]) + p * size) / temperature});
  }
  return result;
}

long double entropy(const Row& row) {
  long double sum = 0;
  for (size_t c = 0; c < row.gap.size(); ++c) sum += term(row.probability[c], row.surprisal[c]);
  return sum;
}

long double square_distance(const Row& row, int64_t target) {
  long double sum = 0;
  for (size_t c = 0; c < row.gap.size(); ++c) {
    const long double off =
        static_cast<int64_t>(c) == target ? row.complement[c] : row.probability[c];
    sum += off * off;
  }
  return sum;
}

}  // namespace fuzz
