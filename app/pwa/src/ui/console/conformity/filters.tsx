/** Which jobs the report is about, and what they are summed by. */
import { useEffect, useState } from 'preact/hooks';
import { BY, type By } from '../../../state/console/conformity';
import { stations } from '../../../state/console/orders';
import { session } from '../../../state/console/session';
import type { Named } from '../../../state/console/shapes';
import { versions, type Version } from '../../../state/console/standards';
import { pick } from '../../i18n/catalogue';
import { Icon } from '../../parts/icon';
import { PERIODS, problemOf, type Filters } from './wanted';
import { say } from './words';

interface Props {
  readonly filters: Filters;
  readonly onChange: (members: Partial<Filters>) => void;
}

export function FilterBar({ filters, onChange }: Props) {
  const problem = problemOf(filters);
  return (
    <section class="conformity-filters" aria-label={say('filters')}>
      <nav class="tabs" aria-label={say('period')}>
        {PERIODS.map((period) => (
          <button type="button" key={period} aria-current={filters.period === period ? 'true' : undefined} data-testid={`period-${period}`} onClick={() => onChange({ period })}>
            {say(`period_${period}`)}
          </button>
        ))}
      </nav>
      {filters.period === 'own' && (
        <div class="own-dates">
          <DayField label={say('from')} value={filters.from} wrong={problem !== null} testid="from" onChange={(from) => onChange({ from })} />
          <DayField label={say('to')} value={filters.to} wrong={problem !== null} testid="to" onChange={(to) => onChange({ to })} />
          {problem !== null && <p class="stop small" role="alert"><Icon name="octagon-x" /> {say(problem)}</p>}
        </div>
      )}
      <div class="conformity-choices">
        <Choice label={say('by')} value={filters.by} options={BY.map((by) => [by, say(`by_${by}`)] as const)} testid="by" onChange={(by) => onChange({ by: by as By })} />
        <StationChoice filters={filters} onChange={onChange} />
        <StandardChoice filters={filters} onChange={onChange} />
      </div>
    </section>
  );
}

/** A supervisor of a station sees that station's jobs unless another choice is made. */
function StationChoice({ filters, onChange }: Props) {
  const known = useKnown<Named>(stations);
  const who = session.value;
  const own = who?.user.role === 'supervisor' ? who.station : null;
  if (known.length < 2) return null;
  const options: (readonly [string, string])[] = [['', own?.name ?? say('every_station')]];
  options.push(...known.filter((station) => station.id !== own?.id).map((station) => [station.id, station.name] as const));
  if (own) options.push(['all', say('every_station')]);
  return <Choice label={say('station')} value={filters.station_id ?? ''} options={options} testid="station" onChange={(id) => onChange({ station_id: id || null })} />;
}

function StandardChoice({ filters, onChange }: Props) {
  const known = useKnown<Version>(versions);
  // The newest version comes first, and its title is the one that is known today.
  const titles = new Map(known.filter((one) => one.standing !== 'offered').map((one) => [one.standard_id, one.title]).reverse() as [string, Version['title']][]);
  const options = [...titles].map(([id, title]) => [id, pick(title)] as const).sort((a, b) => a[1].localeCompare(b[1]));
  return <Choice label={say('standard')} value={filters.standard_id ?? ''} options={[['', say('every_standard')], ...options]} testid="standard" onChange={(id) => onChange({ standard_id: id || null })} />;
}

function Choice({ label, value, options, testid, onChange }: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly testid: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      <span class="label">{label}</span>
      <select class="input" value={value} data-testid={`choose-${testid}`} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([id, name]) => <option key={id} value={id}>{name}</option>)}
      </select>
    </label>
  );
}

function DayField({ label, value, wrong, testid, onChange }: {
  readonly label: string;
  readonly value: string;
  readonly wrong: boolean;
  readonly testid: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      <span class="label">{label}</span>
      <input class="input figures" type="date" min="2020-01-01" max="2099-12-31" value={value} aria-invalid={wrong} data-testid={`day-${testid}`} onChange={(event) => event.currentTarget.value !== '' && onChange(event.currentTarget.value)} />
    </label>
  );
}

/** What is to be chosen from; without it the report still shows what it shows. */
function useKnown<T>(load: () => Promise<readonly T[]>): readonly T[] {
  const [known, setKnown] = useState<readonly T[]>([]);
  useEffect(() => {
    load().then(setKnown, () => undefined);
  }, []);
  return known;
}
