using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Starting;

/// <summary>
/// Starts that cannot succeed, as an operator sees them: the program itself, its exit status and what it says.
/// </summary>
public sealed class StartTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("Auth:SigningKey", "")]
    [InlineData("Sale:TicketKey", "")]
    [InlineData("Payments:BaseAddress", "")]
    [InlineData("Payments:ApiKey", "")]
    [InlineData("Payments:WebhookSecret", "")]
    [InlineData("Auth:SigningKey", "c2hvcnQ=")]
    [InlineData("Sale:TicketKey", "not base64!")]
    [InlineData("Payments:WebhookSecret", "c2hvcnQ=")]
    [InlineData("Sale:AnswerWithinSeconds", "0")]
    [InlineData("Sale:LaneCapacity", "many")]
    [InlineData("Orders:GraceSeconds", "-1")]
    [InlineData("Sale:Front", "Cluster")]
    [InlineData("ConnectionStrings:Sale", "Host=db")]
    public async Task A_start_that_cannot_succeed_says_in_one_line_which_key_it_is(string key, string value)
    {
        var settings = Production();
        settings[key] = value;
        var (status, error) = await RunAsync("Production", settings);
        status.ShouldNotBe(0);
        var line = error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem($"one line: {error}");
        // Options are named by their section and member.
        line.ShouldContain(key.Split(':')[1], Case.Sensitive, error);
        line.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Without_secrets_nothing_is_left_behind()
    {
        var data = Path.Combine(_directory.Path, "new");
        var settings = Production();
        (settings["Auth:SigningKey"], settings["Sale:DataDirectory"]) = ("", data);
        (await RunAsync("Production", settings)).Status.ShouldNotBe(0);
        Directory.Exists(data).ShouldBeFalse();
    }

    [Fact]
    public async Task What_the_engine_says_of_itself_is_written_though_Orleans_says_only_what_is_wrong()
    {
        await using var engine = await EngineProcess.StartAsync(
            new EngineOptions(_directory.Path, EngineSecrets.Make()), TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            () => engine.Output.Contains("batches have something to do", StringComparison.Ordinal), "it says what it does");
        engine.Output.ShouldNotContain("info: Orleans.");
    }

    [Fact]
    public async Task A_data_directory_in_use_is_refused()
    {
        await using var engine = await EngineProcess.StartAsync(
            new EngineOptions(_directory.Path, EngineSecrets.Make()), TestContext.Current.CancellationToken);
        var (status, error) = await RunAsync("Development", new() { ["Sale:DataDirectory"] = _directory.Path });
        status.ShouldNotBe(0);
        var line = error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem(error);
        line.ShouldContain(_directory.Path);
        line.ShouldContain("in use");
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_is_refused_in_one_line()
    {
        var file = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        var (status, error) = await RunAsync("Development", new() { ["Sale:DataDirectory"] = file });
        status.ShouldNotBe(0);
        error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem(error).ShouldContain(file);
    }

    [Fact]
    public async Task An_address_in_use_is_told_in_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (status, error) = await RunAsync(
            "Development", new()
            {
                ["urls"] = $"http://{taken.LocalEndpoint}",
                ["Sale:DataDirectory"] = _directory.Path
            });
        status.ShouldNotBe(0);
        error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem(error).ShouldContain("address already in use");
    }

    private Dictionary<string, string> Production()
    {
        var secrets = EngineSecrets.Make();
        return new()
        {
            ["Sale:DataDirectory"] = _directory.Path,
            ["Auth:SigningKey"] = Convert.ToBase64String(secrets.SigningKey),
            ["Sale:TicketKey"] = Convert.ToBase64String(secrets.TicketKey),
            ["Payments:BaseAddress"] = "http://127.0.0.1:9",
            ["Payments:ApiKey"] = secrets.PaymentsApiKey,
            ["Payments:WebhookSecret"] = secrets.WebhookSecret,
        };
    }

    private static async Task<(int Status, string Error)> RunAsync(string environment, Dictionary<string,
        string> settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Repository.ApiProject,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Built with these tests, for the same configuration.
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "OrleansSale.Api.dll"));
        if (!settings.ContainsKey("urls")) start.ArgumentList.Add("--urls=http://127.0.0.1:0");
        start.ArgumentList.Add("--Sale:Demo=false");
        foreach (var (key, value) in settings) start.ArgumentList.Add($"--{key}={value}");
        (start.Environment["ASPNETCORE_ENVIRONMENT"], start.Environment["DOTNET_ENVIRONMENT"]) =
            (environment, environment);
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Bound);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token),
                process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            await output;
            return (process.ExitCode, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException("The engine started, or did not end in time.");
        }
    }
}
