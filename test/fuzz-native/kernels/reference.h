// The definitions, in long double and term by term: what the kernels' results are compared with.
// They share nothing with the kernels but the contract.
#pragma once

#include <cstdint>
#include <vector>

namespace fuzz {

// A number and the sum of the magnitudes of the terms that make it, which errors are relative to.
struct Sized {
  long double value;
  long double scale;
};

struct Transform {
  double temperature;
  double softcap;
};

// A row of logits and what the definitions need of it. Differences are taken before the temperature
// divides them.
struct Row {
  Row(const std::vector<double>& logits, const Transform& transform);

  Transform transform;
  bool regular;                          // no NaN, no +inf, not only -inf
  std::vector<long double> value;        // capped
  std::vector<long double> slope;        // of the cap
  std::vector<long double> gap;          // (largest - value) / temperature
  std::vector<long double> surprisal;    // -log p
  std::vector<long double> probability;  //
  std::vector<long double> complement;   // 1 - p
  long double log_sum_exp;
  long double magnitude;   // the largest finite |value| / temperature
  long double spread = 0;  // the largest finite distance of two values
};

// A loss of classes and its gradient by the logits, of one row.
struct ClassLossOf {
  Sized loss;
  std::vector<Sized> gradient;
};
// a[c] = weight[c] ((1 - smoothing) target[c] + smoothing / classes), the z-loss besides.
ClassLossOf class_loss(const Row& row, const std::vector<double>& target,
                       const std::vector<double>& weight, double smoothing, double z_loss);

// The divergence of the second row's distribution from the first's.
Sized divergence(const Row& row, const Row& other);

// w ((1 - y) softplus(z) + positive y softplus(-z))
Sized binary_loss(double logit, const Transform& transform, double label, double weight,
                  double positive);

// p (g - sum g p) / temperature of each class, where an infinite g beside p = 0 counts for nothing;
// (g - e^logp sum g) / temperature.
std::vector<Sized> softmax_gradient(const std::vector<double>& p, const std::vector<double>& g,
                                    double temperature);
std::vector<Sized> log_softmax_gradient(const std::vector<double>& log_p,
                                        const std::vector<double>& g, double temperature);

// -sum p log p; sum of (p - [c is the target])^2.
long double entropy(const Row& row);
long double square_distance(const Row& row, int64_t target);

}  // namespace fuzz
