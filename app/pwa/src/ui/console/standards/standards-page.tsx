/** The published standards, the newest version of each first. */
import { useEffect, useState } from 'preact/hooks';
import { publishedStandards, type PublishedVersion } from '../../../state/console/standards';
import { pick } from '../../i18n/catalogue';
import { moment } from '../../i18n/format';
import { categoryIcon, Icon } from '../../parts/icon';
import { Chip, Notice } from '../../parts/notice';
import { standardAddress } from '../route';
import { TroubleNotice } from '../trouble';
import { words } from '../words';
import { say } from './words';
import '../styles/standards.css';

export function StandardsPage() {
  const [found, setFound] = useState<readonly PublishedVersion[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const load = async (): Promise<void> => {
    setFailure(null);
    try {
      setFound(await publishedStandards());
    } catch (error) {
      setFailure(error);
    }
  };
  useEffect(() => {
    document.title = `${say('title')} · ${words('app')}`;
    void load();
  }, []);
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <div>
          <h1>{say('title')}</h1>
          <p class="quiet small">{say('lead')}</p>
        </div>
      </div>
      {failure !== null && <TroubleNotice error={failure} onRetry={load} />}
      {found === null && failure === null && <div class="skeleton" aria-busy="true" />}
      {found?.length === 0 && <Notice tone="wait" title={say('none')}><p>{say('none_do')}</p></Notice>}
      <ul class="standard-rows" data-testid="standards">
        {found?.map((one) => (
          <li key={one.digest}>
            <a class={`standard-row ${one.is_newest ? '' : 'older'}`} href={standardAddress(one.digest)} data-testid="standard-row" data-standard={one.standard_id}>
              <Icon name={one.categories[0] === undefined ? 'package' : categoryIcon(one.categories[0])} />
              <span class="grow">
                <strong>{pick(one.title)}</strong>
                <span class="small quiet block">{pick(one.summary)}</span>
              </span>
              <span class="small figures">{say('version', { version: one.version })}<span class="quiet block">{say('rules', { n: one.rules })}</span></span>
              <span class="small figures quiet">{say('published', { time: moment(one.published_at) })}</span>
              {one.is_newest ? <Chip tone="ok">{say('in_use')}</Chip> : <Chip>{say('older')}</Chip>}
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}
