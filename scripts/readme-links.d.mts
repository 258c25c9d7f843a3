export declare function addressOf(manifest: object): string | undefined;
export declare function withAddresses(
  markdown: string,
  address: string | undefined,
  ref: string,
): string;
