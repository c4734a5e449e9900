using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// Debian's wrk as a process of its own: a closed loop, every connection sends its next request when it has its answer.
/// Its threads have shares of their own of the prepared requests, and each request is sent once.
/// </summary>
internal sealed class WrkRun(string folder)
{
    private const string Script = "Compare/purchases.lua";

    /// <summary>An answer is bound to 10 s by the engine; what takes longer than this is lost.</summary>
    private const int AnswerWithinSeconds = 15;

    private static readonly byte[] LineFeed = "\n"u8.ToArray();

    public static int Threads => Environment.ProcessorCount;
    private string Shares => Path.Combine(folder, "requests");

    public void Share(byte[][] requests)
    {
        for (var thread = 0; thread < Threads; thread++)
        {
            using var share = new BufferedStream(File.Create($"{Shares}.{thread}"), 1 << 16);
            for (var index = thread; index < requests.Length; index += Threads)
            {
                share.Write(Encoding.ASCII.GetBytes(requests[index].Length.ToString(CultureInfo.InvariantCulture)));
                share.Write(LineFeed);
                share.Write(requests[index]);
            }
        }
    }

    public async Task<WrkCount> RunAsync(
        Uri server, int connections, int seconds, CancellationToken cancellationToken)
    {
        var result = Path.Combine(folder, "count.json");
        File.Delete(result);
        string[] arguments =
        [
            $"-t{Threads}", $"-c{connections}", $"-d{seconds}s", $"--timeout={AnswerWithinSeconds}s",
            "-s", Path.Combine(AppContext.BaseDirectory, Script), server.GetLeftPart(UriPartial.Authority), "--",
            Shares, result,
        ];
        var start =
            new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var wrk = Process.Start(start) ?? throw new EngineException("wrk could not be started");
        var output = wrk.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await wrk.StandardError.ReadToEndAsync(cancellationToken);
        await wrk.WaitForExitAsync(cancellationToken);
        if (wrk.ExitCode != 0 || !File.Exists(result))
            throw new EngineException($"wrk failed:\n{await output}{errors}");
        return WrkCount.Parse(await File.ReadAllTextAsync(result, cancellationToken));
    }
}

/// <summary>What wrk counted.</summary>
/// <param name="Microseconds">From its first connection to its last answer.</param>
/// <param name="Answers">Answers that came whole.</param>
/// <param name="Sent">Requests taken from the shares; those without an answer were under way at the end.</param>
/// <param name="Refusals">Answers with a status of 400 or more.</param>
/// <param name="Lost">Connections that failed, and answers that did not come in time.</param>
/// <param name="RanOut">Whether a thread had nobody left to ask for: such a measurement is void.</param>
/// <param name="P50">Median latency in µs, from the sending; in a closed loop that says little.</param>
/// <param name="P99">The 99th percentile of it, in µs.</param>
internal sealed record WrkCount(
    long Microseconds, long Answers, long Sent, long Refusals, long Lost, bool RanOut, long P50, long P99)
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    public long Undecided => Sent - Answers;

    public static WrkCount Parse(string text) => JsonSerializer.Deserialize<WrkCount>(text, Json)!;
}
