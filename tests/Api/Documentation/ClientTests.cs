using System.Runtime.Loader;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Documentation;

/// <summary>
/// What others make of docs/openapi.json: a linter finds nothing, and clients of two public generators compile and buy
/// a unit.
/// </summary>
[Collection(SaleTests.Name)]
public sealed class ClientTests(SaleTests.Fixture fixture)
{
    private const string Namespace = "OrleansSale.Tests.Api.Documentation.Generated";

    private readonly SaleFront _sale = fixture.Front;

    private static string Description => Path.Combine(WorkingCopy.Root, "docs", "openapi.json");

    [Fact]
    public async Task A_linter_finds_no_error_and_nothing_to_warn_of()
    {
        // The linter uses its recommended rules if no others are named.
        var (_, said, error) =
            await NodePackages.RunAsync("node_modules/.bin/redocly", "lint", Description, "--format=json");
        said.ShouldNotBeEmpty(error);
        var found = JsonElement.Parse(said);
        var problems = found.GetProperty("problems").EnumerateArray().Select(problem =>
            problem.GetProperty("location")[0].GetProperty("pointer").GetString() + ": "
            + problem.GetProperty("message").GetString());
        problems.ShouldBeEmpty();
        found.GetProperty("totals").GetProperty("errors").GetInt32().ShouldBe(0, said);
    }

    [Fact]
    public async Task A_client_in_TypeScript_compiles_and_buys_a_unit()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        await NodePackages.SucceedAsync(
            "node_modules/.bin/openapi-typescript", Description, "--output", "bin/schema.d.ts");
        await NodePackages.SucceedAsync("node_modules/.bin/tsc", "--project", "tsconfig.json");
        var order = await NodePackages.SucceedAsync(
            "node", "bin/buy.js", _sale.Client.Address.ToString().TrimEnd('/'), batch,
            _sale.Sign.Bearer(user)["Bearer ".Length..], _sale.Sign.Ticket(user, batch));
        (await _sale.ReadOrderAsync(order.Trim(), user)).Is(200)["status"].ShouldBe("awaiting-payment");
    }

    [Fact]
    public async Task A_client_in_CSharp_compiles_and_buys_a_unit()
    {
        var (batch, user) = (_sale.NewId(), _sale.NewUser());
        var client = Compile(await GenerateAsync()).GetType($"{Namespace}.Buyer")!;
        using var chef = ClientOf(_sale.Operator);
        using var buyer = ClientOf(_sale.Sign.Bearer(user));
        var opens = _sale.Clock.GetUtcNow() + TimeSpan.FromHours(1);
        await (Task)client.GetMethod("CreateAsync")!.Invoke(null, [chef, batch, opens])!;
        _sale.Clock.AdvanceTo(opens);
        using var byTicket = ClientOf("Ticket " + _sale.Sign.Ticket(user, batch));
        var order = await (Task<string>)client.GetMethod("BuyAsync")!.Invoke(null, [chef, buyer, byTicket, batch])!;
        (await _sale.ReadOrderAsync(order, user)).Is(200)["status"].ShouldBe("awaiting-payment");
    }

    private HttpClient ClientOf(string credential)
    {
        var client = new HttpClient { BaseAddress = _sale.Client.Address };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", credential);
        return client;
    }

    private static async Task<string> GenerateAsync()
    {
        var document = await OpenApiDocument.FromFileAsync(Description);
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "SaleClient",
            ExceptionClass = "SaleException",
            UseBaseUrl = false,
            GenerateOptionalParameters = false,
        };
        settings.CSharpGeneratorSettings.Namespace = Namespace;
        return new CSharpClientGenerator(document, settings).GenerateFile();
    }

    private static System.Reflection.Assembly Compile(string client)
    {
        string[] usings = ["System", "System.Net.Http", "System.Threading.Tasks"];
        string[] sources =
        [
            client, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documentation", "Generated", "Buyer.cs")),
            string.Concat(usings.Select(name => $"global using {name};\n")),
        ];
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "OrleansSale.GeneratedClient",
            sources.Select(source => CSharpSyntaxTree.ParseText(source)),
            platform.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        var errors = compilation.Emit(assembly).Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error);
        errors.ShouldBeEmpty();
        assembly.Position = 0;
        return new AssemblyLoadContext("generated client", isCollectible: true).LoadFromStream(assembly);
    }
}
