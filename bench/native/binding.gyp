# The loops that the benchmarks compare with: built by bench/loops.mjs at their first use, no part of the package.
{
  "targets": [
    {
      "target_name": "loops",
      "sources": ["loops.cc"],
      "defines": ["NAPI_VERSION=9"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": ["-std=c++17", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-Wno-psabi", "-Wno-ignored-attributes"],
      "conditions": [["OS == 'linux'", {"libraries": ["-pthread"]}]],
    },
  ],
}
