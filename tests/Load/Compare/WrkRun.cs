using System.Text;
using System.Text.Json;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// Debian's wrk as a process of its own: a closed loop, every connection sends its next request when it has its answer.
/// Its threads have shares of their own of the prepared requests, and each request is sent once.
/// </summary>
internal sealed class WrkRun : IDisposable
{
    private const string Script = "Compare/purchases.lua";

    /// <summary>An answer is bound to 10 s by the engine; what takes longer than this is lost.</summary>
    private const int AnswerWithinSeconds = 15;

    /// <summary>Threads of wrk: one for each core, as its manual has it.</summary>
    public static int Threads => Environment.ProcessorCount;

    /// <summary>In memory, where there is such a folder, so that no disk is busy with the requests.</summary>
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(),
        $"orleanssale-compare-{Environment.ProcessId}")).FullName;

    private string Shares => Path.Combine(_folder, "requests");

    /// <summary>Shares out all that may be sent in the next run among the threads.</summary>
    public void Share(byte[][] requests)
    {
        for (var thread = 0; thread < Threads; thread++)
        {
            using var share = new BufferedStream(File.Create($"{Shares}.{thread}"), 1 << 16);
            for (var index = thread; index < requests.Length; index += Threads)
            {
                share.Write(Encoding.ASCII.GetBytes($"{requests[index].Length}\n"));
                share.Write(requests[index]);
            }
        }
    }

    public async Task<WrkCount> RunAsync(Uri server, int connections, int seconds, CancellationToken cancellationToken)
    {
        var result = Path.Combine(_folder, "count.json");
        File.Delete(result);
        var (status, text) = await ExternalProgram.RunAsync(
            "wrk",
            [
                $"-t{Threads}", $"-c{connections}", $"-d{seconds}s", $"--timeout={AnswerWithinSeconds}s",
                "-s", Path.Combine(AppContext.BaseDirectory, Script), server.GetLeftPart(UriPartial.Authority), "--",
                Shares, result,
            ],
            cancellationToken);
        if (status != 0 || !File.Exists(result)) throw new EngineException($"wrk failed:\n{text}");
        return WrkCount.Parse(await File.ReadAllTextAsync(result, cancellationToken));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <param name="Microseconds">From its first connection to its last answer.</param>
/// <param name="Sent">Requests taken from the shares; those without an answer were under way at the end.</param>
/// <param name="Lost">Connections that failed, and answers that did not come in time.</param>
/// <param name="RanOut">Whether a thread had nobody left to ask for: such a measurement is void.</param>
/// <param name="P99">The 99th percentile of the latency from the sending, in µs: little, in a closed loop.</param>
internal sealed record WrkCount(
    long Microseconds, long Answers, long Sent, long Refusals, long Lost, bool RanOut, long P99)
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    /// <summary>Requests whose outcome is not known: stored or not.</summary>
    public long Undecided => Sent - Answers;

    public static WrkCount Parse(string text) => JsonSerializer.Deserialize<WrkCount>(text, Json)!;
}
