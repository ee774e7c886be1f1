"""numpy's matrix products (OpenBLAS) at the shapes of works.mjs: python3 numpy_works.py SPEC."""

import json
import sys
import time

import numpy

spec = json.loads(sys.argv[1])
values = {}
for shape in spec["shapes"]:
    m, n, k, dtype = shape["m"], shape["n"], shape["k"], shape["dtype"]
    random = numpy.random.default_rng(1)
    a = random.standard_normal((k, m) if shape.get("transposeA") else (m, k)).astype(dtype)
    b = random.standard_normal((n, k) if shape.get("transposeB") else (k, n)).astype(dtype)
    # A transposed view is handed to BLAS as such: nothing is copied.
    a = a.T if shape.get("transposeA") else a
    b = b.T if shape.get("transposeB") else b
    c = numpy.empty((m, n), dtype)
    calls = max(1, round(2e8 / (2 * m * n * k)))
    times = []
    end = time.perf_counter() + spec["seconds"]
    while time.perf_counter() < end or len(times) < 4:
        start = time.perf_counter()
        for _ in range(calls):
            numpy.matmul(a, b, out=c)
        times.append((time.perf_counter() - start) / calls)
    values[shape["name"]] = 2 * m * n * k / float(numpy.median(times[1:])) / 1e9
print(json.dumps({"version": numpy.__version__, "values": values}))
