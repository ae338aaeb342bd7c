/** What is wrong with one variable of the environment and what to do about it; never its value. */
export interface ConfigFault {
  readonly variable: string;
  /** A full sentence without the variable's name in front. */
  readonly advice: string;
}

/** The environment cannot be used; the message lists every fault on a line of its own. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly ConfigFault[]) {
    super(['The configuration has faults:', ...faults.map(({ variable, advice }) => `- ${variable}: ${advice}`)].join('\n'));
    this.name = 'ConfigError';
  }
}
