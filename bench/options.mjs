// The values of the options that some operations are measured with.
export const labelSmoothing = 0.1;
export const temperature = 0.7;
