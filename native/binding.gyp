{
  "variables": {
    "openssl_fips": "",
    # One list of flags per instruction set; the features are those that native/isa/dispatch.cc asks for.
    # -ffp-contract=off: the compiler may fuse no multiplication and addition by itself, since bits
    #   would change where only one instruction set fuses them.
    # -fno-strict-aliasing: GCC 12 at -O3 for arm64 takes floats and their bits, copied by memcpy, for
    #   unrelated memory and computes with old values (seen in the scalar set, which arm64 had once).
    "kernel_flags": ["-O3", "-fvisibility=hidden", "-fno-exceptions", "-fno-rtti", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-fno-strict-aliasing", "-Wall", "-Wextra"],
    "avx2_flags": ["-mavx2", "-mfma", "-mf16c"],
    "avx512_flags": ["-mavx2", "-mfma", "-mf16c", "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mprefer-vector-width=512"],
    "msvc_flags": ["/std:c++17", "/fp:precise"],
    # What makes a mistake in the binding hard to use, and test/native/binary.test.ts finds in the file. The kernels have what
    #   costs them no instruction a row; canaries would be up to 2 % of all instructions.
    # -z text: no relocation may write to code. --gc-sections: what nobody calls of the C++ library stays out, its reading of
    #   files among it. _FORTIFY_SOURCE needs optimisation, so that it is Release's.
    "hardening_flags": ["-fstack-protector-strong"],
    "fortify_flags": ["-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"],
    "branch_flags": [],
    "hardening_ldflags": ["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-Wl,-z,text", "-Wl,--gc-sections"],
    "conditions": [
      ["OS=='linux' and target_arch=='x64'", {"branch_flags": ["-fcf-protection=full"]}],
      ["OS=='linux' and target_arch=='arm64'", {"branch_flags": ["-mbranch-protection=standard"]}],
    ],
  },
  "target_defaults": {
    "cflags_cc": ["-std=c++17"],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "CLANG_CXX_LIBRARY": "libc++",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
    },
  },
  "targets": [
    {
      "target_name": "logits",
      "type": "loadable_module",
      "sources": [
        "addon.cc",
        "isa/dispatch.cc",
        # All of these folders, in one order everywhere: prebuilt files are compared.
        "<!@(node -p \"['binding','binding/operations','evaluation','platform','threads'].flatMap(folder => require('fs').readdirSync(folder).sort().filter(name => name.endsWith('.cc')).map(name => folder + '/' + name)).join(' ')\")",
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS", "NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS", "LOGITS_VERSION=<!(node -p \"require('../package.json').version\")", "LOGITS_COMMIT=<!(node -p \"process.env.LOGITS_COMMIT || 'none'\")"],
      "cflags!": ["-fno-exceptions"],
      "cflags_cc!": ["-fno-exceptions"],
      "cflags_cc": ["-fexceptions", "-fvisibility=hidden", "-ffp-contract=off", "-Wall", "-Wextra"],
      "xcode_settings": {
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "11.0",
        "OTHER_CFLAGS": ["-ffp-contract=off", "-Wall", "-Wextra", "<@(hardening_flags)", "<@(fortify_flags)"],
      },
      "msvs_settings": {"VCCLCompilerTool": {"ExceptionHandling": 1, "AdditionalOptions": ["<@(msvc_flags)"]}},
      "conditions": [
        # Those that native/isa/dispatch.cc chooses from.
        ["target_arch=='arm64'", {"dependencies": ["kernels_neon"]}, {"dependencies": ["kernels_scalar"]}],
        ["target_arch=='x64'", {"dependencies": ["kernels_avx2", "kernels_avx512"]}],
        ["OS=='linux'", {
          "libraries": ["-ldl", "-pthread"],
          "cflags": ["<@(hardening_flags)", "<@(branch_flags)"],
          "configurations": {"Release": {"cflags": ["<@(fortify_flags)"]}},
          "ldflags": ["-static-libstdc++", "-static-libgcc", "-Wl,--version-script=<!(node -p \"require('path').resolve('exports.map')\")", "<@(hardening_ldflags)"],
        }],
        # Release alone: Control Flow Guard asks for a link that is not incremental.
        ["OS=='win'", {
          "configurations": {
            "Release": {
              "msvs_settings": {
                "VCCLCompilerTool": {"AdditionalOptions": ["/guard:cf"]},
                "VCLinkerTool": {"AdditionalOptions": ["/guard:cf"]},
              },
            },
          },
        }],
      ],
    },
  ],
  "conditions": [
    ["target_arch=='x64'", {
      "targets": [
        {
          "target_name": "kernels_avx2",
          "type": "static_library",
          "sources": ["isa/avx2.cc"],
          "cflags": ["<@(kernel_flags)", "<@(branch_flags)", "<@(avx2_flags)"],
          "xcode_settings": {"MACOSX_DEPLOYMENT_TARGET": "11.0", "OTHER_CFLAGS": ["<@(kernel_flags)", "<@(avx2_flags)"]},
          "msvs_settings": {"VCCLCompilerTool": {"EnableEnhancedInstructionSet": 5, "AdditionalOptions": ["<@(msvc_flags)"]}},
          "win_delay_load_hook": "false",
        },
        {
          "target_name": "kernels_avx512",
          "type": "static_library",
          "sources": ["isa/avx512.cc"],
          "cflags": ["<@(kernel_flags)", "<@(branch_flags)", "<@(avx512_flags)"],
          "xcode_settings": {"MACOSX_DEPLOYMENT_TARGET": "11.0", "OTHER_CFLAGS": ["<@(kernel_flags)", "<@(avx512_flags)"]},
          # gyp's enumeration ends at AVX2.
          "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["<@(msvc_flags)", "/arch:AVX512"]}},
          "win_delay_load_hook": "false",
        },
      ],
    }],
    ["target_arch=='arm64'", {
      "targets": [
        {
          "target_name": "kernels_neon",
          "type": "static_library",
          "sources": ["isa/neon.cc"],
          "cflags": ["<@(kernel_flags)", "<@(branch_flags)"],
          "xcode_settings": {"MACOSX_DEPLOYMENT_TARGET": "11.0", "OTHER_CFLAGS": ["<@(kernel_flags)"]},
          "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["<@(msvc_flags)"]}},
          "win_delay_load_hook": "false",
        },
      ],
    }, {
      "targets": [
        {
          "target_name": "kernels_scalar",
          "type": "static_library",
          "sources": ["isa/scalar.cc"],
          # -O2 with vectorised loops: three quarters of the time of -O3 for crossEntropy and softmax, and half
          #   of the time to compile.
          # -fno-tree-slp-vectorize: GCC 12 takes double -> float -> double for nothing where it vectorises
          #   two of them side by side; here nearly every operation may be such a pair.
          "cflags": ["<@(kernel_flags)", "<@(branch_flags)", "-O2", "-ftree-vectorize", "-fno-tree-slp-vectorize"],
          "xcode_settings": {"MACOSX_DEPLOYMENT_TARGET": "11.0", "OTHER_CFLAGS": ["<@(kernel_flags)"]},
          "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["<@(msvc_flags)"]}},
          "win_delay_load_hook": "false",
        },
      ],
    }],
  ],
}
