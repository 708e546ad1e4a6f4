import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IOMMU_IOAS_MAP_READABLE, IOMMU_OPTION_RLIMIT_MODE } from '../../src/generated/ts/iommufd.ts';
import * as uapi from '../../src/generated/ts/iommufd-test.ts';
import type { CallResult, Result } from '../../src/ioctl/call-result.ts';
import { IommufdCalls } from '../../src/iommufd/calls.ts';
import type { Iommufd } from '../../src/iommufd/main.ts';
import { Process } from '../../src/iommufd/process.ts';
import { arena, outcome, page, readWrite, scratch } from './workbench.ts';

const iova = 0x1000000n;
const argument = scratch + 64n * page;
const { MOCK_ACCESS_RW_SLOW_PATH: slow, MOCK_ACCESS_RW_WRITE: write } = uapi;

/** Asks the reference what test/oracle/probe.c asks the kernel, in the same words. */
class Probe {
  process: Process;
  iommufd: Iommufd;
  calls: IommufdCalls;
  readonly answers: string[] = [];

  constructor(privileged = true) {
    this.process = new Process({ privileged, memlockBytes: 4 * 4096 });
    this.process.memory.map(scratch, 128n * page);
    this.memory(64, 1);
    [this.iommufd, this.calls] = this.open();
  }

  open(): [Iommufd, IommufdCalls] {
    const iommufd = this.process.open();
    return [iommufd, new IommufdCalls(iommufd, { address: scratch, length: 4096 })];
  }

  use([iommufd, calls]: [Iommufd, IommufdCalls]): void {
    this.iommufd = iommufd;
    this.calls = calls;
  }

  memory(pages: number, first: number): void {
    const { memory } = this.process;
    memory.map(arena, BigInt(pages) * page);
    for (let i = 0; i < pages; i++)
      memory.write(arena + BigInt(i) * page, new Uint8Array(4096).fill(first + i));
  }

  told(result: Result<unknown> | CallResult): boolean {
    this.answers.push('ok' in result ? outcome(result) : (result.errno ?? '0'));
    return 'ok' in result ? result.ok : result.ret === 0;
  }

  tell(value: number | bigint): void {
    this.answers.push(`0x${value.toString(16)}`);
  }

  ioas(): number {
    const result = this.calls.ioasAlloc();
    return result.ok ? result.value : 0;
  }

  test(
    op: number,
    id: number,
    fill: (view: uapi.IommuTestCmdView) => void,
  ): { result: CallResult; cmd: uapi.IommuTestCmdView } {
    const bytes = new Uint8Array(uapi.sizeofIommuTestCmd);
    const cmd = new uapi.IommuTestCmdView(new DataView(bytes.buffer));
    cmd.size = bytes.length;
    cmd.op = op;
    cmd.id = id;
    fill(cmd);
    this.process.memory.write(argument, bytes);
    const result = this.iommufd.ioctl(uapi.IOMMU_TEST_CMD, argument);
    bytes.set(this.process.memory.read(argument, bytes.length) ?? []);
    return { result, cmd };
  }

  attach(ioas: number): number {
    const { result, cmd } = this.test(uapi.IOMMU_TEST_OP_MOCK_DOMAIN, ioas, () => {});
    this.told(result);
    return cmd.mock_domain.out_hwpt_id;
  }

  map(ioas: number, pages: number, at: bigint, flags: number = readWrite): bigint {
    const args = { ioas, address: arena, length: BigInt(pages) * page, flags };
    const result = this.calls.ioasMap(at === 0n ? args : { ...args, iova: at });
    this.told(result);
    return result.ok ? result.value : 0n;
  }

  copy(ioas: number, at: bigint, pages: number): void {
    this.told(
      this.calls.ioasCopy(ioas, { ioas, address: at, length: BigInt(pages) * page, flags: readWrite }),
    );
  }

  unmap(ioas: number, at: bigint, pages: number): void {
    this.told(this.calls.ioasUnmap(ioas, at, BigInt(pages) * page));
  }

  getOption(): void {
    const result = this.calls.getOption(IOMMU_OPTION_RLIMIT_MODE);
    if (this.told(result) && result.ok) this.tell(result.value);
  }

  setOption(value: bigint): void {
    this.told(this.calls.setOption(IOMMU_OPTION_RLIMIT_MODE, value));
  }

  access(ioas: number, flags: number): number {
    const { cmd } = this.test(uapi.IOMMU_TEST_OP_CREATE_ACCESS, ioas, ({ create_access }) => {
      create_access.flags = flags;
    });
    return cmd.create_access.out_access_fd;
  }

  look(access: number, at: bigint, flags: number, length: number): void {
    const { result } = this.test(uapi.IOMMU_TEST_OP_ACCESS_RW, access, ({ access_rw }) => {
      access_rw.iova = at;
      access_rw.length = BigInt(length);
      access_rw.uptr = scratch;
      access_rw.flags = flags;
    });
    if (this.told(result)) this.tell(this.process.memory.read(scratch, 1)?.[0] ?? 0);
  }

  pin(access: number, at: bigint, pages: number): void {
    const { result } = this.test(uapi.IOMMU_TEST_OP_ACCESS_PAGES, access, ({ access_pages }) => {
      access_pages.iova = at;
      access_pages.length = BigInt(pages) * page;
    });
    this.told(result);
  }

  checkMap(hwpt: number, at: bigint, pages: number): void {
    const { result } = this.test(uapi.IOMMU_TEST_OP_MD_CHECK_MAP, hwpt, ({ check_map }) => {
      check_map.iova = at;
      check_map.length = BigInt(pages) * page;
      check_map.uptr = arena;
    });
    this.told(result);
  }

  limit(bytes: number): void {
    const { result } = this.test(uapi.IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, 0, ({ memory_limit }) => {
      memory_limit.limit = bytes;
    });
    this.told(result);
  }
}

const unprivileged = (): Probe => new Probe(false);
const pinning = uapi.MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES;

const questions: Readonly<Record<string, () => Probe>> = {
  limit_counts_pins() {
    const probe = unprivileged();
    const ioas = probe.ioas();
    probe.attach(ioas);
    probe.map(ioas, 5, 0n);
    const at = probe.map(ioas, 4, 0n);
    probe.map(ioas, 1, 0n);
    probe.unmap(ioas, at, 4);
    probe.map(ioas, 4, 0n);
    return probe;
  },
  limit_at_attachment() {
    const probe = unprivileged();
    const ioas = probe.ioas();
    probe.map(ioas, 8, iova);
    probe.attach(ioas);
    probe.unmap(ioas, iova, 8);
    probe.attach(ioas);
    return probe;
  },
  limit_and_copies() {
    const probe = unprivileged();
    const ioas = probe.ioas();
    probe.attach(ioas);
    const at = probe.map(ioas, 2, 0n);
    probe.copy(ioas, at, 2);
    probe.map(ioas, 2, 0n);
    probe.map(ioas, 2, 0n);
    return probe;
  },
  limit_of_accesses() {
    const probe = unprivileged();
    const ioas = probe.ioas();
    probe.map(ioas, 6, iova);
    const access = probe.access(ioas, pinning);
    probe.pin(access, iova, 5);
    probe.pin(access, iova, 3);
    probe.pin(access, iova + page, 3);
    probe.pin(access, iova + 2n * page, 3);
    return probe;
  },
  limit_of_two_files() {
    const probe = unprivileged();
    const other = probe.open();
    const first = probe.iommufd;
    let ioas = probe.ioas();
    probe.attach(ioas);
    probe.map(ioas, 3, 0n);
    probe.use(other);
    ioas = probe.ioas();
    probe.attach(ioas);
    probe.map(ioas, 3, 0n);
    probe.map(ioas, 1, 0n);
    first.close();
    probe.map(ioas, 3, 0n);
    return probe;
  },
  option_unprivileged() {
    const probe = unprivileged();
    probe.getOption();
    probe.setOption(1n);
    return probe;
  },
  option_privileged() {
    const probe = new Probe();
    probe.setOption(1n);
    probe.getOption();
    probe.setOption(2n);
    probe.ioas();
    probe.setOption(0n);
    return probe;
  },
  option_then_limit() {
    const probe = unprivileged();
    // The kernel lets a process set it that gives up its privileges afterwards.
    probe.answers.push('0');
    probe.iommufd.context.accountMode = 'mm';
    const ioas = probe.ioas();
    probe.attach(ioas);
    probe.map(ioas, 5, 0n);
    probe.map(ioas, 4, 0n);
    probe.map(ioas, 1, 0n);
    return probe;
  },
  ids_of_two_files() {
    const probe = new Probe();
    const other = probe.open();
    const first: [Iommufd, IommufdCalls] = [probe.iommufd, probe.calls];
    probe.tell(probe.ioas());
    probe.use(other);
    probe.tell(probe.ioas());
    probe.tell(probe.ioas());
    probe.iommufd.close();
    probe.use(first);
    probe.tell(probe.ioas());
    return probe;
  },
  pinned_memory_survives() {
    const probe = new Probe();
    const ioas = probe.ioas();
    const access = probe.access(ioas, 0);
    probe.map(ioas, 2, iova);
    const hwpt = probe.attach(ioas);
    probe.checkMap(hwpt, iova, 2);
    probe.memory(2, 0x40);
    probe.checkMap(hwpt, iova, 2);
    probe.look(access, iova, 0, 1);
    probe.look(access, iova, slow, 1);
    probe.look(access, iova, slow, 4097);
    probe.process.memory.unmap(arena, 2n * page);
    probe.look(access, iova, 0, 1);
    probe.look(access, iova, slow, 1);
    probe.look(access, iova, slow, 4097);
    probe.checkMap(hwpt, iova, 2);
    return probe;
  },
  copies_share_pinned_memory() {
    const probe = new Probe();
    const ioas = probe.ioas();
    const hwpt = probe.attach(ioas);
    probe.map(ioas, 2, iova);
    probe.memory(2, 0x40);
    probe.copy(ioas, iova, 2);
    probe.checkMap(hwpt, iova + page, 1);
    probe.map(ioas, 2, iova + 0x100000n);
    probe.checkMap(hwpt, iova + 0x100000n, 2);
    probe.process.memory.unmap(arena, 2n * page);
    probe.copy(ioas, iova, 2);
    probe.map(ioas, 2, 0n);
    return probe;
  },
  memory_gone_before_attachment() {
    const probe = new Probe();
    const ioas = probe.ioas();
    const access = probe.access(ioas, pinning);
    probe.map(ioas, 2, iova);
    probe.process.memory.unmap(arena + page, page);
    probe.attach(ioas);
    probe.pin(access, iova, 2);
    probe.pin(access, iova, 1);
    probe.look(access, iova, 0, 1);
    probe.look(access, iova, 0, 4097);
    probe.memory(2, 0x40);
    probe.attach(ioas);
    probe.look(access, iova, slow, 4097);
    return probe;
  },
  read_only_memory() {
    const probe = new Probe();
    const ioas = probe.ioas();
    const access = probe.access(ioas, 0);
    probe.process.memory.protect(arena, 2n * page, false);
    probe.attach(ioas);
    probe.map(ioas, 2, iova);
    probe.map(ioas, 2, iova, IOMMU_IOAS_MAP_READABLE);
    probe.look(access, iova, 0, 1);
    probe.look(access, iova, write, 1);
    return probe;
  },
  temporary_memory() {
    const probe = new Probe();
    const ioas = probe.ioas();
    probe.limit(11);
    probe.limit(12);
    probe.map(ioas, 64, iova);
    probe.attach(ioas);
    probe.map(ioas, 64, 0n);
    probe.unmap(ioas, iova, 64);
    probe.limit(65536);
    return probe;
  },
};

describe('what no trace covers', () => {
  const lines = readFileSync(new URL('../data/probes.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');

  it('is asked of both', () => {
    expect(lines.map((line) => line.split(':')[0])).toEqual(Object.keys(questions));
  });

  it.each(lines)('is as the kernel told: %s', (line) => {
    const [name = ''] = line.split(':');
    expect(`${name}: ${questions[name]?.().answers.join(' ')}`).toBe(line);
  });
});
