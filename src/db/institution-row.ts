import type { Institution, InstitutionStatus } from '../app/ports';
import type { Purpose } from '../core/consent/purpose';
import type { InstitutionKind } from '../core/identity/actor';
import type { Row } from './database';

/** Maps the columns of `institution`; its `ver` comes under the name institution_ver. */
export function toInstitution(row: Row): Institution {
  const purposes = row['purposes'] as string;
  return {
    institutionId: row['institution_id'] as string,
    kind: row['kind'] as InstitutionKind,
    legalName: row['legal_name'] as string,
    contact: row['contact'] as string | null,
    purposes: purposes === '' ? [] : (purposes.split(',') as Purpose[]),
    historical: row['historical'] === 1,
    status: row['status'] as InstitutionStatus,
    version: Number(row['institution_ver']),
  };
}
