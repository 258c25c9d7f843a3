#pragma once
namespace logits {
static constexpr float kLog2e = 0x1.715476p+0f, kLn2Hi = 0x1.62e430p-1f, kLn2Lo = -0x1.05c610p-29f;
static constexpr float kExpC2=0x1.fffff8p-2f,kExpC3=0x1.555458p-3f,kExpC4=0x1.555a5ep-5f,kExpC5=0x1.125af6p-7f,kExpC6=0x1.69c8ccp-10f;
static constexpr int kLogTerms=9;
static constexpr double kLog[9]={2.0/3,2.0/5,2.0/7,2.0/9,2.0/11,2.0/13,2.0/15,2.0/17,2.0/19};
static constexpr double kLn2HiF64=0x1.62e42feep-1,kLn2LoF64=1.9082149292705877e-10;
}
