"""A cable between edge and broker that can be pulled: relays TCP, and drops everything while it is cut."""

import asyncio
import threading


class Cable:
    """Relays `port` to `to_port` on this machine, in a thread of its own."""

    def __init__(self, port: int, to_port: int) -> None:
        self.port, self.to_port = port, to_port
        self.loop = asyncio.new_event_loop()
        self.cut = False
        self.open: set[asyncio.StreamWriter] = set()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait(5)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self._relay, "127.0.0.1", self.port))
        ready.set()
        self.loop.run_forever()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut:
            writer.close()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            writer.close()
            return
        ends = {writer, far_writer}
        self.open |= ends
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        self.open -= ends

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def pull(self) -> None:
        """Cuts every connection and lets none begin."""
        self.cut = True
        self.loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        for writer in list(self.open):
            writer.transport.abort()

    def plug(self) -> None:
        """Connections may begin again."""
        self.cut = False
