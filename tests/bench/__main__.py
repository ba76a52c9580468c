"""Every measurement in one run and one table. Ratios are what counts: this machine is noisy."""

import sys

from tests.bench import index, site

for row in (*index.rows(), *site.rows()):
    sys.stdout.write(f"{row.measure:58}{row.result:>18}   {row.aim}\n")
    sys.stdout.flush()
