#!/usr/bin/env python3
"""Builds what sanitizers watch, in build-sanitized/: out of the way of node-gyp and of build/.

usage: build.py KIND [--sets SET,SET...] [PROGRAM...]

KIND is `address` (AddressSanitizer and UndefinedBehaviorSanitizer of clang, with the counters that libFuzzer reads) or
`thread` (ThreadSanitizer of g++: clang 14's cannot be loaded before node). A PROGRAM is `logits.node`, which is the default, or a driver of test/fuzz-native/ by
its name. Sources, defines and instruction sets are those of native/binding.gyp. The kernel sets named are compiled for the
sanitizer, the others are taken from the ordinary build as they are. Everything is made anew that a change concerns.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / 'scripts'))
from gyp_targets import targets_for  # noqa: E402

COMPILERS = {'address': 'clang++', 'thread': 'g++'}
COMMON = ['-O1', '-g1', '-fno-omit-frame-pointer', '-std=c++17', '-fPIC', '-fvisibility=hidden', '-pthread']
# Divisions of numbers by 0 are left out: the arithmetic means them.
KINDS = {
    'address': ['-fsanitize=address', '-fno-sanitize-recover=all', '-fsanitize-coverage=inline-8bit-counters,pc-table'],
    'thread': ['-fsanitize=thread'],
}
UNDEFINED = {'address': ['-fsanitize=undefined,float-cast-overflow'], 'thread': []}
# Kernels: checks of each access as calls, and of undefined behaviour those of integers, conversions, enumerations and
# arrays. What AddressSanitizer sees as well (null, object-size, pointer-overflow) triples the minute that a set takes.
KERNELS = {
    'address': ['-mllvm', '-asan-instrumentation-with-call-threshold=0', '-fsanitize=shift,signed-integer-overflow,'
                'integer-divide-by-zero,float-cast-overflow,bool,enum,bounds,return,unreachable'],
    'thread': [],
}

# The drivers of test/fuzz-native/, with the rooms of native/ that they are linked with.
DRIVERS = {
    'kernels': ['isa', 'platform'],
    'bindings': ['addon.cc', 'binding', 'isa', 'evaluation', 'threads', 'platform'],
    'pool': ['threads', 'platform'],
}


def node_headers():
    """Those that node-gyp compiles the addon with."""
    config = ROOT / 'build' / 'config.gypi'
    told = re.search(r'"nodedir": "([^"]+)"', config.read_text()) if config.exists() else None
    folders = [os.environ.get('npm_config_nodedir'), told and told[1],
               subprocess.check_output(['node', '-p', 'path.resolve(process.execPath, "../..")'], text=True).strip()]
    for folder in filter(None, folders):
        if (headers := pathlib.Path(folder) / 'include' / 'node').exists():
            return headers
    sys.exit('build.py: Node\'s headers are missing: build the addon first, which fetches them')


def napi_headers():
    program = "require('node-addon-api').include_dir.replaceAll('\"', '')"
    return subprocess.check_output(['node', '-p', program], text=True, cwd=ROOT).strip()


def makefile(kind, sets):
    """The rules for every program of a kind. Paths are relative to the root, where make runs."""
    folder = f'build-sanitized/{kind}'
    machine = os.uname().machine
    targets = targets_for('linux', {'x86_64': 'x64', 'aarch64': 'arm64'}.get(machine, machine))
    addon = targets.pop('logits')
    flags = COMMON + KINDS[kind]
    rules, kernels, objects = [], [], []

    def compile_rule(source, own, suffix=''):
        result = f'{folder}/{source}{suffix}.o'
        command = ' '.join([COMPILERS[kind], *flags, *own, '-MMD', '-MP', '-c', source, '-o', result])
        rules.append(f'{result}: {folder}/flags {source}\n\t@mkdir -p $(@D)\n\t{command}\n-include {result[:-2]}.d')
        return result

    headers = ['-isystem', str(node_headers()), '-isystem', napi_headers()]
    defines = [f'-D{name}' for name in addon['defines']]
    for source in addon['sources']:
        objects.append(compile_rule(source, [*UNDEFINED[kind], '-fexceptions', '-ffp-contract=off', *headers, *defines]))
    for name, target in targets.items():
        if name.removeprefix('kernels_') in sets:
            # Optimisation is this file's matter.
            own = KERNELS[kind] + [flag for flag in target['flags'] if not flag.startswith('-O')]
            kernels += [compile_rule(source, own) for source in target['sources']]
        else:
            kernels.append(f'build/Release/{name}.a')

    link = f'{COMPILERS[kind]} {" ".join([*flags, *UNDEFINED[kind]])}'
    rules.append(f'{folder}/logits.node: {" ".join(objects + kernels)}\n\t{link} -shared -o $@ $^ -ldl')
    for name, rooms in DRIVERS.items():
        main = ROOT / 'test' / 'fuzz-native' / name / 'main.cc'
        own = [*UNDEFINED[kind], '-fexceptions', '-ffp-contract=off', *headers, *defines]
        sources = [compile_rule(str(source.relative_to(ROOT)), own) for source in sorted(main.parent.glob('*.cc'))]
        given = sources + [item for item in objects if any(f'/native/{room}' in item for room in rooms)]
        given += kernels if 'isa' in rooms else []
        fuzzer = '-fsanitize=fuzzer ' if 'LLVMFuzzerTestOneInput' in main.read_text() else ''
        rules.append(f'{folder}/{name}: {" ".join(given)}\n\t{link} {fuzzer}-o $@ $^ -ldl')
    return '\n\n'.join(rules) + '\n'


def write_if_other(file, text):
    """The time of a file is that of its last change."""
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('kind', choices=KINDS)
    parser.add_argument('--sets', default='scalar,avx2,avx512,neon', type=lambda text: text.split(','))
    parser.add_argument('programs', nargs='*', default=['logits.node'])
    given = parser.parse_intermixed_args()
    os.chdir(ROOT)
    folder = f'build-sanitized/{given.kind}'
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    # What all objects depend on, beside their sources and headers.
    flags = [COMPILERS[given.kind], COMMON, KINDS[given.kind], UNDEFINED[given.kind], KERNELS[given.kind]]
    write_if_other(ROOT / folder / 'flags', f'{flags}\n')
    write_if_other(ROOT / folder / 'Makefile', makefile(given.kind, given.sets))
    jobs = os.environ.get('JOBS', 'max')
    jobs = os.cpu_count() if jobs == 'max' else jobs
    wanted = [f'{folder}/{program}' for program in given.programs]
    sys.exit(subprocess.call(['make', '--silent', f'-j{jobs}', '-f', f'{folder}/Makefile', *wanted]))


if __name__ == '__main__':
    main()
