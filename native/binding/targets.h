// Class-index targets of any integer type to one form that kernels may trust.
#pragma once

#include <cstdint>

#include "arguments.h"

namespace logits {

// The classes of all rows, and what a mean over them divides by.
struct ClassTargets {
  // One a row: a class in [0, classes), or kIgnoredRow. A copy, because shared memory could change
  // between the check and the use.
  uint32_t* classes;
  int64_t rows;
  int64_t counted;  // rows that are not ignored
  double weight;    // the sum of their targets' weights
  bool has_weight;  // whether any of these is not 0

  void ignore_all();
};

// Whether the array is of class probabilities.
bool is_probabilities(const View& view);

// Reads the targets with the ignored indices: a number of the call's, or an array of them at
// `ignored`. `weight` is null for 1 each.
ClassTargets read_class_targets(const Call& call, const View& targets, size_t ignored,
                                const Layout& layout, const double* weight,
                                Memory<uint32_t>& memory);

// What the mean of losses divides by, and what there is to say where nothing counts.
struct Mean {
  double divisor;
  bool is_empty;
  EmptyMean when_empty;

  // Whether the loss and all gradients are 0 for want of rows.
  bool is_zero() const { return is_empty && when_empty == EmptyMean::zero; }
  // What to divide by so that an empty mean becomes what it is to be: the losses are all 0 then.
  double effective_divisor() const;
};

// Throws where nothing counts and the caller has asked for that; `targets` is their place.
Mean read_mean(const Call& call, size_t targets, Reduction reduction, double divisor,
               bool is_empty);

}  // namespace logits
