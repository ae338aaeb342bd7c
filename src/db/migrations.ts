import { CreateFoundation1764000000000 } from '../../migrations/1764000000000-create-foundation';

/** Every migration, in order; a new one is added here and nowhere else. */
export const MIGRATIONS = [CreateFoundation1764000000000] as const;
