/**
 * The binaries that the package ships. `zig` names the target for zig's compiler, with the oldest glibc or macOS that
 * the binary runs on; Windows has no such number: what it may import is listed in test/prebuilds.test.ts.
 */
export const targets = [
  { platform: 'linux', arch: 'x64', libc: 'glibc', zig: 'x86_64-linux-gnu.2.17' },
  { platform: 'linux', arch: 'x64', libc: 'musl', zig: 'x86_64-linux-musl' },
  { platform: 'linux', arch: 'arm64', libc: 'glibc', zig: 'aarch64-linux-gnu.2.17' },
  { platform: 'linux', arch: 'arm64', libc: 'musl', zig: 'aarch64-linux-musl' },
  { platform: 'darwin', arch: 'x64', zig: 'x86_64-macos.11.0' },
  { platform: 'darwin', arch: 'arm64', zig: 'aarch64-macos.11.0' },
  { platform: 'win32', arch: 'x64', zig: 'x86_64-windows-gnu' },
  { platform: 'win32', arch: 'arm64', zig: 'aarch64-windows-gnu' },
];

/** `linux-x64-musl`, `darwin-arm64`. */
export const nameOf = ({ platform, arch, libc }) =>
  [platform, arch, libc].filter(Boolean).join('-');

/** Where it lies in the package, as prebuildify names it. */
export const fileOf = ({ platform, arch, libc }) =>
  `prebuilds/${platform}-${arch}/${['logits', libc, 'node'].filter(Boolean).join('.')}`;
