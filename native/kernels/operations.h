// Generated from the files of operations/ by scripts/generate.mjs.
#pragma once

#include "operations/binary-cross-entropy.h"
#include "operations/class-coefficients.h"
#include "operations/cross-entropy-row.h"
#include "operations/cross-entropy.h"
#include "operations/kl-divergence.h"
#include "operations/log-softmax.h"
#include "operations/log-sum-exp.h"
#include "operations/nll-loss.h"
#include "operations/probes.h"
#include "operations/scan.h"
#include "operations/score-panels.h"
#include "operations/score-row.h"
#include "operations/score.h"
#include "operations/softmax-gradient.h"
#include "operations/softmax.h"
#include "operations/top-classes.h"
