using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OrleansSale.Api.Http.Connections;

namespace OrleansSale.Tests.Api.Connections;

/// <summary>
/// The body that does not wait for ever, over a server that buffers little and a client that may stand still.
/// </summary>
public sealed class PatientBodyTests
{
    private readonly Pipe _wire =
        new(new PipeOptions(pauseWriterThreshold: PatientBody.PartLength, resumeWriterThreshold: 1));
    private readonly DefaultHttpContext _http = new();

    [Fact]
    public async Task Who_does_not_read_counts_as_gone_the_moment_that_it_is_told()
    {
        var body = new PatientBody(_http, new Server(_wire.Writer), TimeSpan.FromMilliseconds(50));
        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await body.Stream.WriteAsync(new byte[10 * PatientBody.PartLength], TestContext.Current.CancellationToken));
        _http.RequestAborted.IsCancellationRequested.ShouldBeTrue("a fault of the client's is not logged as ours");
        _wire.Reader.TryRead(out var read).ShouldBeTrue();
        read.Buffer.Length.ShouldBe(PatientBody.PartLength, "no more than a part was handed over");
    }

    [Fact]
    public async Task Who_reads_slowly_is_waited_for_and_gets_everything()
    {
        const int parts = 10;
        var ends = TestContext.Current.CancellationToken;
        var body = new PatientBody(_http, new Server(_wire.Writer), TimeSpan.FromMinutes(1));
        var writing = body.Stream.WriteAsync(new byte[parts * PatientBody.PartLength], ends).AsTask();
        for (var part = 0; part < parts; part++)
        {
            writing.IsCompleted.ShouldBeFalse($"part {part} waits");
            var read = await _wire.Reader.ReadAtLeastAsync(PatientBody.PartLength, ends);
            read.Buffer.Length.ShouldBe(PatientBody.PartLength);
            _wire.Reader.AdvanceTo(read.Buffer.End);
        }

        await writing;
        _http.RequestAborted.IsCancellationRequested.ShouldBeFalse();
    }

    private sealed class Server(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => writer.AsStream();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(
            string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
