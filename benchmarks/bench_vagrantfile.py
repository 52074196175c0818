"""Reading Vagrantfiles without Ruby: one machine, 133 in loops, a million steps; beside a bare Python."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from harness import PYTHON, Report, bench_home, child, environment, here, interleave, main

ONE = """\
Vagrant.configure("2") do |config|
  config.vm.box = "debian/bookworm64"
  config.vm.hostname = "web"
  config.vm.network "private_network", ip: "192.168.56.10"
  config.vm.network "forwarded_port", guest: 80, host: 8080
  config.vm.provider "virtualbox" do |vb|
    vb.memory = 1024
    vb.cpus = 2
  end
  config.vm.provision "shell", inline: <<-SHELL
    apt-get update
    apt-get install -y nginx
  SHELL
end
"""
MANY = """\
RELEASES = %w[nightly 3.9 3.8 3.7 3.6 3.5 3.4]
SYSTEMS = { "centos9" => "centos/stream9", "debian12" => "debian/bookworm64", "rocky9" => "rockylinux/9" }
KINDS = %w[server proxy client hub luna devel]
boxes = {}
RELEASES.each do |release|
  SYSTEMS.each do |system, box|
    KINDS.each do |kind|
      boxes["#{system}-#{kind}-#{release}"] = {
        "box" => box, "memory" => kind == "server" ? 6144 : 1024, "cpus" => 2, "groups" => [kind, system],
      }
    end
  end
end
7.times { |i| boxes["extra-#{i}"] = { "box" => "debian/bookworm64", "memory" => 512, "groups" => [] } }

Vagrant.configure("2") do |config|
  boxes.each_with_index do |(name, settings), index|
    config.vm.define name, primary: index.zero?, autostart: index < 3 do |machine|
      machine.vm.box = settings.fetch("box")
      machine.vm.hostname = "#{name.gsub(/[^a-z0-9-]/i, '-')}.example.com"
      machine.vm.network :private_network, ip: "10.#{index / 250}.0.#{index % 250 + 2}"
      machine.vm.network "forwarded_port", guest: 443, host: 20_000 + index
      machine.vm.synced_folder ".", "/vagrant", disabled: true
      machine.vm.provider :libvirt do |p, override|
        p.memory = settings["memory"]
        p.cpus = settings["cpus"] || 1
        override.vm.box_check_update = false
      end
      settings["groups"].each do |group|
        machine.vm.provision "shell", name: group, inline: "echo #{group} > /etc/group-of-#{group}"
      end
    end
  end
end
"""
STEPS = "sum = 0\n500_000.times { |i| sum += i }\n"
"""Half of them are runs of the block, half its additions' look at the bound."""
LOOP = "i = 0\nwhile i < 1_000_000\n  i += 1\nend\n"
READ = """\
import gc, sys
from pathlib import Path
from serai.cli.start import SELDOM, leave
from serai.loaders.vagrantfile import load
gc.set_threshold(SELDOM)
load(Path(sys.argv[1]))
leave(0)
"""
"""Begins and ends as every command does."""
ONE_LIMIT, MANY_LIMIT, LOOP_LIMIT = 0.06, 0.3, 5.0
"""Seconds of CPU: above a bare Python, of reading, of a million steps."""


def run(folder: Path, text: str) -> int:
    """The steps that it took."""
    from serai.loaders.vagrantfile.ruby.bounds import Limits
    from serai.loaders.vagrantfile.ruby.interpreter import Interpreter

    path = folder / "Vagrantfile"
    path.write_text(text)
    interp = Interpreter(folder, environ={}, limits=Limits(seconds=60))
    interp.run_file(path)
    return interp.meter.taken


def bench(rounds: int) -> Report:
    from serai.loaders.vagrantfile import load

    report = Report("reading Vagrantfiles, without Ruby and without running a command")
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        one, many, free = (base / name for name in ("one", "many", "free"))
        for folder, text in ((one, ONE), (many, MANY), (free, "")):
            folder.mkdir()
            (folder / "Vagrantfile").write_text(text)
        machines = len(load(many / "Vagrantfile", environ={}).machines)
        assert machines == 133, machines
        assert run(free, LOOP) >= 1_000_000 and run(free, STEPS) >= 1_000_000
        found = interleave(
            {
                "python -c pass": partial(child, [PYTHON, "-c", "pass"], cwd=one, env=env),
                "one machine, a new process": partial(
                    child, [PYTHON, "-c", READ, str(one / "Vagrantfile")], cwd=one, env=env
                ),
                "133 machines in loops": partial(here, partial(load, many / "Vagrantfile", environ={})),
                "a million steps of while": partial(here, partial(run, free, LOOP)),
                "a million steps of times": partial(here, partial(run, free, STEPS)),
            },
            rounds,
        )
        report.add(found)
        bare = found["python -c pass"].median("cpu")
        above = found["one machine, a new process"].median("cpu") - bare
        report.at_most("one machine, above a bare Python", above, ONE_LIMIT, unit="ms CPU")
        report.at_most("133 machines", found["133 machines in loops"].median("cpu"), MANY_LIMIT, unit="ms CPU")
        for name in ("while", "times"):
            spent = found[f"a million steps of {name}"].median("cpu")
            report.at_most(f"a million steps of {name}", spent, LOOP_LIMIT, unit="s CPU")
    return report


if __name__ == "__main__":
    main(bench, rounds=5)
