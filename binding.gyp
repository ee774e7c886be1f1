# What `npm install` builds: one static library for each instruction set, with its own flags, linked into one addon.
# Sources and flags come from native/build.json by way of scripts/native-sources.mjs, as in native/CMakeLists.txt.
{
  "variables": {
    "hebb_flags": ["<!@(node scripts/native-sources.mjs flags)"],
  },
  "target_defaults": {
    "include_dirs": ["native"],
    "cflags!": ["-Wno-unused-parameter"],
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": ["<@(hebb_flags)"],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "CLANG_CXX_LIBRARY": "libc++",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      "OTHER_CPLUSPLUSFLAGS": ["<@(hebb_flags)"],
    },
    "msvs_settings": {
      "VCCLCompilerTool": {
        "AdditionalOptions": ["/std:c++17", "/fp:precise"],
        "Optimization": 2,
      },
    },
  },
  "targets": [
    {
      "target_name": "hebb",
      "sources": ["<!@(node scripts/native-sources.mjs addon)"],
      "include_dirs": ["<!(node scripts/native-sources.mjs include)"],
      "defines": ["NAPI_VERSION=9", "NAPI_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"],
      "cflags_cc!": ["-fno-exceptions"],
      "cflags_cc": ["-fexceptions"],
      "xcode_settings": {"GCC_ENABLE_CPP_EXCEPTIONS": "YES"},
      "msvs_settings": {"VCCLCompilerTool": {"ExceptionHandling": 1}},
      "conditions": [
        ["target_arch == 'arm64'", {"dependencies": ["hebb_neon"]}, {"dependencies": ["hebb_baseline"]}],
        ["target_arch == 'x64'", {"dependencies": ["hebb_avx2", "hebb_avx512", "hebb_avx512bf16"]}],
        ["OS == 'linux'", {"libraries": ["-pthread"], "ldflags": ["-Wl,--exclude-libs,ALL"]}],
      ],
    },
  ],
  "conditions": [
    [
      "target_arch == 'arm64'",
      {
        "targets": [
          {
            "target_name": "hebb_neon",
            "type": "static_library",
            "sources": ["native/targets/neon.cc"],
            "cflags_cc": ["<!@(node scripts/native-sources.mjs flags neon)"],
            "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["<!@(node scripts/native-sources.mjs flags neon)"]},
          },
        ],
      },
      {
        "targets": [
          {
            "target_name": "hebb_baseline",
            "type": "static_library",
            "sources": ["native/targets/baseline.cc"],
            "cflags_cc": ["<!@(node scripts/native-sources.mjs flags baseline)"],
            "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["<!@(node scripts/native-sources.mjs flags baseline)"]},
          },
        ],
      },
    ],
    [
      "target_arch == 'x64'",
      {
        "targets": [
          {
            "target_name": "hebb_avx2",
            "type": "static_library",
            "sources": ["native/targets/avx2.cc"],
            "cflags_cc": ["<!@(node scripts/native-sources.mjs flags avx2)"],
            "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["<!@(node scripts/native-sources.mjs flags avx2)"]},
            "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["<!@(node scripts/native-sources.mjs msvcFlags avx2)"]}},
          },
          {
            "target_name": "hebb_avx512",
            "type": "static_library",
            "sources": ["native/targets/avx512.cc"],
            "cflags_cc": ["<!@(node scripts/native-sources.mjs flags avx512)"],
            "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["<!@(node scripts/native-sources.mjs flags avx512)"]},
            "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["<!@(node scripts/native-sources.mjs msvcFlags avx512)"]}},
          },
          {
            "target_name": "hebb_avx512bf16",
            "type": "static_library",
            "sources": ["native/targets/avx512bf16.cc"],
            "cflags_cc": ["<!@(node scripts/native-sources.mjs flags avx512bf16)"],
            "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["<!@(node scripts/native-sources.mjs flags avx512bf16)"]},
            "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["<!@(node scripts/native-sources.mjs msvcFlags avx512bf16)"]}},
          },
        ],
      },
    ],
  ],
}
