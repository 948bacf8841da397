/** The part of node-ipc 14 (no types of its own) that control_socket_native.ts uses. */
declare module "node-ipc" {
  import type { Server as NetServer, Socket } from "node:net";

  interface IpcEvents {
    on(event: string, listener: (...args: never[]) => void): this;
  }

  interface IpcServer extends IpcEvents {
    server: NetServer;
    start(): void;
    stop(): void;
    emit(socket: Socket, event: string, data: unknown): boolean;
  }

  interface IpcClient extends IpcEvents {
    socket: Socket;
    emit(event: string, data: unknown): boolean;
  }

  export class IPCModule {
    config: Record<string, unknown>;
    of: Record<string, IpcClient>;
    server: IpcServer;
    serve(path: string, onStart: () => void): void;
    connectTo(id: string, path: string): void;
    disconnect(id: string): void;
  }
}
