/** What commands say in each test instead of printing it, as `log: …` and `error: …`; the exit code is put back after it. */
export function heardFromCommands(): string[] {
  const said: string[] = [];
  beforeEach(() => {
    said.length = 0;
    for (const stream of ['log', 'error'] as const)
      jest.spyOn(console, stream).mockImplementation((...words: unknown[]) => void said.push(`${stream}: ${words.join(' ')}`));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = 0;
  });
  return said;
}
