/**
 * The binaries that the package ships, and `oldest`, the version of glibc, macOS or Windows from which on they run
 * (test/native/prebuilds.test.ts holds the files to it). `zig` names the target for zig's compiler.
 */
export const targets = [
  { platform: 'linux', arch: 'x64', libc: 'glibc', oldest: '2.17', zig: 'x86_64-linux-gnu.2.17' },
  { platform: 'linux', arch: 'x64', libc: 'musl', oldest: '1.2', zig: 'x86_64-linux-musl' },
  {
    platform: 'linux',
    arch: 'arm64',
    libc: 'glibc',
    oldest: '2.17',
    zig: 'aarch64-linux-gnu.2.17',
  },
  { platform: 'linux', arch: 'arm64', libc: 'musl', oldest: '1.2', zig: 'aarch64-linux-musl' },
  { platform: 'darwin', arch: 'x64', oldest: '11.0', zig: 'x86_64-macos.11.0' },
  { platform: 'darwin', arch: 'arm64', oldest: '11.0', zig: 'aarch64-macos.11.0' },
  { platform: 'win32', arch: 'x64', oldest: '10', zig: 'x86_64-windows-gnu' },
  { platform: 'win32', arch: 'arm64', oldest: '10', zig: 'aarch64-windows-gnu' },
];

/** `linux-x64-musl`, `darwin-arm64`. */
export const nameOf = ({ platform, arch, libc }) =>
  [platform, arch, libc].filter(Boolean).join('-');

/** Where it lies in the package, as prebuildify names it. */
export const fileOf = ({ platform, arch, libc }) =>
  `prebuilds/${platform}-${arch}/${['logits', libc, 'node'].filter(Boolean).join('.')}`;
