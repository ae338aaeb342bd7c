import { CreateFoundation1764000000000 } from '../../migrations/1764000000000-create-foundation';
import { CreateConsentLifeCycle1764100000000 } from '../../migrations/1764100000000-create-consent-life-cycle';

/** Every migration, in order; a new one is added here and nowhere else. */
export const MIGRATIONS = [CreateFoundation1764000000000, CreateConsentLifeCycle1764100000000] as const;
