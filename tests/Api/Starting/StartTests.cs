using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Starting;

/// <summary>
/// Starts that cannot succeed, as an operator sees them: the program itself, its exit status and what it says.
/// </summary>
public sealed class StartTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly ScratchFolder _directory = new();

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
    [InlineData("Payments:PublicAddress", "")]
    [InlineData("Payments:PublicAddress", "http://shop.example")]
    [InlineData("Auth:Authority", "http://login.example")]
    [InlineData("Sale:LaneCapcity", "5")]
    [InlineData("Sale:Proxies", "10.1")]
    [InlineData("Sale:PathBase", "shop")]
    [InlineData("Channels:weibo:Name:fr", "Weibo")]
    [InlineData("Channels:weibo:Name:en", " ")]
    [InlineData("Channels:weibo:SignIn:ClientSecret", "")]
    [InlineData("Channels:weibo:SignIn:Issuer", "http://login.example")]
    [InlineData("urls", "localhost:8080")]
    [InlineData("urls", "http://203.0.113.7:8080")]
    [InlineData("urls", "http://unix:/no-such-folder/engine.sock")]
    [InlineData("Logging:LogLevel:Default", "Loud")]
    [InlineData("Kestrel:Certificates:Default:Path", "/no-such-file.pfx")]
    public async Task A_start_that_cannot_succeed_says_in_one_line_which_key_it_is(string key, string value)
    {
        var settings = Production();
        settings[key] = value;
        var (status, error) = await RunAsync("Production", settings);
        status.ShouldBe(1, error);
        error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem($"one line: {error}")
            .ShouldContain(key, Case.Sensitive, error);
    }

    [Fact]
    public async Task A_file_of_settings_that_cannot_be_read_is_told_in_one_line_unless_more_is_asked_for()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "appsettings.json"), """{"Sale":""",
            TestContext.Current.CancellationToken);
        foreach (var program in (string[])["Api", "Silo"])
        {
            var (status, error) =
                await RunAsync("Production", new Dictionary<string, string>(), program, _directory.Path);
            status.ShouldBe(1, error);
            var line = error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem(error);
            line.ShouldContain(_directory.Path);
            line.ShouldContain("LineNumber: 0");
        }
        var (again, trace) = await RunAsync("Production",
            new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "Debug" }, "Silo", _directory.Path);
        again.ShouldBe(1);
        trace.ShouldContain("   at ");
    }

    [Fact]
    public async Task A_silo_and_a_copy_that_cannot_start_say_so_in_one_line()
    {
        foreach (var (arguments, says) in ((string[], string)[])
        [
            (["--Sale:LaneCapcity=5"], "Sale:LaneCapacity"), (["cpoy", "--from", "a", "--to", "b"], "cpoy"),
            ([], "ConnectionStrings:Sale"),
            (["copy"], "--from"), (["copy", "--from", "a", "--to", "Host=;Port=x"], "connection string"),
            (["copy", "--from", _directory.Path, "--to", "Host=127.0.0.1;Port=1"], "holds no data of an engine"),
        ])
        {
            var (status, error, output) = await RunAsync("Development", arguments, "Silo", _directory.Path);
            (status, output).ShouldBe((1, ""), error);
            error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem(error).ShouldContain(says, Case.Sensitive, error);
        }
    }

    [Fact]
    public async Task Https_in_Development_without_a_certificate_is_refused_before_anything_is_made()
    {
        var data = Path.Combine(_directory.Path, "new");
        var (status, error) =
            await RunAsync("Development", new() { ["urls"] = "https://localhost:0", ["Sale:DataDirectory"] = data });
        status.ShouldBe(1);
        error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem(error).ShouldContain("dotnet dev-certs https");
        Directory.Exists(data).ShouldBeFalse();
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
            () => engine.Output.Contains("batches have something to do", StringComparison.Ordinal),
            "it says what it does");
        engine.Output.ShouldNotContain("info: Orleans.");
        engine.Output.Split('\n')[1].ShouldContain("Development: anybody who reaches it can become an operator");
    }

    [Fact]
    public async Task A_data_directory_in_use_is_refused()
    {
        await using var engine = await EngineProcess.StartAsync(new EngineOptions(_directory.Path, EngineSecrets.Make())
        {
            Settings = new Dictionary<string, string> { ["Logging:Console:FormatterName"] = "json" },
        }, TestContext.Current.CancellationToken);
        engine.Output.Split('\n')[0].ShouldContain(
            "\"Message\":\"Development: anybody who reaches it can become an operator");
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

    [Theory]
    [InlineData("ledger.db")]
    [InlineData("sandbox.db")]
    [InlineData("development-secrets.json")]
    [InlineData("session-keys")]
    public async Task A_damaged_file_is_told_in_one_line_that_names_it(string name)
    {
        // There is a file in place of the folder, or the file is no database.
        await File.WriteAllTextAsync(
            Path.Combine(_directory.Path, name), string.Concat(Enumerable.Repeat("garbage ", 1_000)),
            TestContext.Current.CancellationToken);
        var (status, error) = await RunAsync("Development", new() { ["Sale:DataDirectory"] = _directory.Path });
        status.ShouldBe(1);
        error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem(error).ShouldContain(name);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("")]
    public async Task A_damaged_key_of_sessions_is_told_in_one_line_and_without_a_trace(string content)
    {
        var keys = Directory.CreateDirectory(Path.Combine(_directory.Path, "session-keys"));
        await File.WriteAllTextAsync(Path.Combine(keys.FullName, "key-1.xml"), content,
            TestContext.Current.CancellationToken);
        string[] arguments =
            ["--urls=http://127.0.0.1:0", "--Sale:Demo=false", $"--Sale:DataDirectory={_directory.Path}"];
        var (status, error, output) = await RunAsync("Development", arguments, "Api", folder: null);
        status.ShouldBe(1, error);
        error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem(error).ShouldContain("session-keys");
        output.ShouldNotContain("   at ");
    }

    // A limit on the size of files stands in for a full disk. A really full disk would need a separate file system.
    [Fact]
    public async Task A_start_whose_first_write_fails_is_refused_before_it_listens()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no bound on the size of a process' files.");
        var (status, error) =
            await RunAsync("Development", new() { ["Sale:DataDirectory"] = _directory.Path }, maxFileKibibytes: 100);
        status.ShouldBe(1);
        var line = error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem(error);
        line.ShouldContain("ledger.db");
        line.ShouldContain("disk");
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
            ["Payments:PublicAddress"] = "https://shop.example",
        };
    }

    private async Task<(int Status, string Error)> RunAsync(
        string environment, Dictionary<string, string> settings, string program = "Api", string? folder = null,
        int? maxFileKibibytes = null)
    {
        if (!settings.ContainsKey("urls")) settings["urls"] = "http://127.0.0.1:0";
        if (program == "Api") settings.TryAdd("Sale:Demo", "false");
        string[] arguments = [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")];
        var (status, error, _) = await RunAsync(environment, arguments, program, folder, maxFileKibibytes);
        return (status, error);
    }

    private async Task<(int Status, string Error, string Output)> RunAsync(
        string environment, string[] arguments, string program, string? folder, int? maxFileKibibytes = null)
    {
        var start = new ProcessStartInfo(maxFileKibibytes is null ? "dotnet" : "sh")
        {
            WorkingDirectory = folder ?? WorkingCopy.Api,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (maxFileKibibytes is { } bound)
        {
            // ulimit counts blocks of 512 bytes. The signal is ignored, so that a write fails instead. The limit must
            // not apply to the runtime's own mappings.
            string[] shell = ["-c", $"trap '' XFSZ; ulimit -f {2 * bound}; exec dotnet \"$@\"", "sh"];
            foreach (var word in shell) start.ArgumentList.Add(word);
            start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        }

        // Built with these tests, for the same configuration.
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"OrleansSale.{program}.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        (start.Environment["ASPNETCORE_ENVIRONMENT"], start.Environment["DOTNET_ENVIRONMENT"]) =
            (environment, environment);
        // Without the development certificate of whoever runs the tests.
        start.Environment["HOME"] = _directory.Path;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Bound);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token),
                process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await error, await output);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException("The engine started, or did not end in time.");
        }
    }
}
