#!/usr/bin/env node
// The README's links and pictures as a registry's page needs them: with the repository's address, which stands in package.json
// (`repository.url`) alone, at the version's tag. Without an address they stay as they are.
//
//   node scripts/readme-links.mjs FOLDER      rewrites FOLDER/README.md by FOLDER/package.json
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `git+https://host/owner/name.git` as the address of a page; undefined for none. */
export function addressOf({ repository }) {
  const url = repository?.url?.replace(/^git\+/, '').replace(/\.git$/, '');
  return url?.startsWith('https://') ? url : undefined;
}

/** Markdown whose relative links lead to the repository; those within the page stay. */
export function withAddresses(markdown, address, ref) {
  const isRelative = (target) => !/^(#|[a-z]+:|\/\/)/.test(target);
  return markdown.replaceAll(/(!?)\[([^\]]*)\]\(([^()\s]+)\)/g, (whole, picture, text, target) => {
    if (!isRelative(target)) return whole;
    const kind = picture === '!' ? 'raw' : 'blob';
    return `${picture}[${text}](${address}/${kind}/${ref}/${target})`;
  });
}

const [, script, folder] = process.argv;
if (folder !== undefined && script === import.meta.filename) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const address = addressOf(manifest);
  if (address !== undefined) {
    const path = join(folder, 'README.md');
    writeFileSync(path, withAddresses(readFileSync(path, 'utf8'), address, `v${manifest.version}`));
  }
}
