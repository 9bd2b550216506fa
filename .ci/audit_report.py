"""What pip-audit found, a line each; exit status 1 where there is a finding. Arguments: requirement file, its JSON."""

import json
import sys
from pathlib import Path

name, path = sys.argv[1:]
packages = json.loads(Path(path).read_text(encoding="utf-8"))["dependencies"]
skipped = [package["name"] for package in packages if "skip_reason" in package]
weak = [(package, each) for package in packages for each in package.get("vulns", [])]
lines = [
    f"{name}: {package['name']} {package['version']}: {each['id']}, "
    f"mended in {', '.join(each['fix_versions']) or 'no version yet'}"
    for package, each in weak
]
if skipped:
    lines.append(f"{name}: NOT AUDITED, the service does not know them: {len(skipped)} of {len(packages)} packages")
if len(skipped) < len(packages) and not weak:
    lines.append(f"{name}: nothing known of {len(packages) - len(skipped)} packages")
sys.stdout.write("\n".join(lines) + "\n")
sys.exit(bool(weak))
