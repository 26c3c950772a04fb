"""Says what environments are made of, to the Makefile.

python -m benchmarks.runtimes             # the files that stand for environments that are ready
python -m benchmarks.runtimes onnx        # the packages of one
"""

import sys

from benchmarks import runtimes

found = runtimes.found()
if names := sys.argv[1:]:
    print(*(package for name in names for package in found[name].packages), sep="\n")
else:
    print(*dict.fromkeys(f"{runtime.environment}/ready" for runtime in found.values() if runtime.environment))
