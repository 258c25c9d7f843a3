#!/usr/bin/env python3
"""The targets of native/binding.gyp for a system and a processor, with every condition decided by gyp itself.

usage: gyp_targets.py OS ARCH             prints them as JSON: name -> sources, defines, flags (OS: linux, mac or win)
       gyp_targets.py --commands OS ARCH  prints a line for each source: its path and its flags

For what node-gyp does not do: other compilers (prebuild/), sanitizers (../test/sanitizers) and lint (lint-native.sh).
"""
import json
import os
import pathlib
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'node_modules' / 'node-gyp' / 'gyp' / 'pylib'))
import gyp  # noqa: E402


def targets_for(system, arch):
    """Sources are relative to the project's folder."""
    before = os.getcwd()
    os.chdir(ROOT)
    try:
        options = types.SimpleNamespace(generator_output=None, toplevel_dir='.')
        params = {'options': options, 'parallel': False, 'root_targets': None, 'build_files': ['native/binding.gyp'],
                  'cwd': str(ROOT)}
        variables = {'OS': system, 'target_arch': arch}
        data = gyp.Load(['native/binding.gyp'], 'gypd', variables, [], 'native', params, False, True)[3]
    finally:
        os.chdir(before)
    found = {}
    for target in data['native/binding.gyp']['targets']:
        # The configurations differ in what node-gyp adds: Release is what ships.
        configurations = target['configurations']
        flags = configurations.get('Release', configurations[target['default_configuration']])
        found[target['target_name']] = {
            'sources': [f'native/{source}' for source in target['sources']],
            'defines': flags.get('defines', []),
            'flags': flags.get('cflags', []) + flags.get('cflags_cc', []),
            'xcode_flags': flags.get('xcode_settings', {}).get('OTHER_CFLAGS', []),
            'link_flags': flags.get('ldflags', []) + target.get('libraries', []),
        }
    return found


if __name__ == '__main__':
    if sys.argv[1] == '--commands':
        for target in targets_for(*sys.argv[2:4]).values():
            flags = target['flags'] + [f'-D{define}' for define in target['defines']]
            for source in target['sources']:
                print(source, *flags)
    else:
        print(json.dumps(targets_for(*sys.argv[1:3]), indent=2))
