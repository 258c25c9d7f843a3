#pragma once
namespace logits {
static constexpr float kLog2e = 0x1.715476p+0f, kLn2Hi = 0x1.62e430p-1f, kLn2Lo = -0x1.05c610p-29f;
static constexpr float kExpC2=0.5f,kExpC3=0.16666667f,kExpC4=0.0416666f,kExpC5=0.00833333f,kExpC6=0.00138888f;
static constexpr int kLogTerms=9;
static constexpr double kLog[9]={2.0/3,2.0/5,2.0/7,2.0/9,2.0/11,2.0/13,2.0/15,2.0/17,2.0/19};
static constexpr double kLn2HiF64=0x1.62e42feep-1,kLn2LoF64=1.9082149292705877e-10;
}
