#!/usr/bin/env node
// Before a release: the tag is the version of package.json, the change log's first section is about it and has a date, and
// package.json has the repository's address, from which the README's links are made.
//
//   node scripts/check-release.mjs v1.2.3
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf } from './readme-links.mjs';

const read = (name) => readFileSync(join(import.meta.dirname, '..', name), 'utf8');
const [, , tag] = process.argv;
const manifest = JSON.parse(read('package.json'));
const { version } = manifest;
const [, about] = /^## (.*)$/m.exec(read('CHANGELOG.md')) ?? [];

const failures = [
  tag !== `v${version}` && `the tag is ${tag}, the version of package.json ${version}`,
  !/^\[(.*)\] - \d{4}-\d\d-\d\d$/.test(about) &&
    `the change log begins with '${about}', without a version and a date`,
  !about?.startsWith(`[${version}]`) &&
    `the change log begins with '${about}', not with ${version}`,
  addressOf(manifest) === undefined &&
    'package.json has no repository.url (git+https://...), which the links of README.md need',
].filter(Boolean);
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
