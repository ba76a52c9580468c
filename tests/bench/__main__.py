"""Every measurement in one run and one table. Ratios are what counts: this machine is noisy."""

import sys
from itertools import chain

from tests.bench import front, index, site, speed

for row in chain(speed.rows(), site.rows(), front.rows(), index.rows()):
    sys.stdout.write(f"{row.measure:62}{row.result:>18}   {row.aim}\n")
    sys.stdout.flush()
