/** What an editor shows of a text. */
interface Service {
  open(text: string): Promise<void>;
  /** The lines with errors, counted from 1. */
  errors(): Promise<number[]>;
  completions(at: number): Promise<string[]>;
  hover(at: number): Promise<string>;
  close(): Promise<void>;
}
export declare const services: Record<string, () => Service>;
