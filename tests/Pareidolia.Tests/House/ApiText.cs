using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pareidolia.Tests.House;

/// <summary>Public types and members as text: a line each, in an order that stays.</summary>
internal static class ApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    // Every class, struct, enum or delegate has one of these above it.
    private static readonly Type[] s_silentParents = [typeof(object), typeof(ValueType), typeof(Enum), typeof(MulticastDelegate)];

    /// <summary>All public types of an assembly and what they declare.</summary>
    public static IEnumerable<string> Of(Assembly assembly) =>
        assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Of);

    /// <summary>A type and what it declares.</summary>
    public static IEnumerable<string> Of(Type type)
    {
        IEnumerable<Type> above = type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? [])
            .Where(found => !found.Name.StartsWith("IEquatable", StringComparison.Ordinal));
        if (type.BaseType is { } parent && !s_silentParents.Contains(parent))
            above = above.Prepend(parent);
        string list = string.Join(", ", above.Select(TypeNames.Of).Order(StringComparer.Ordinal));
        yield return $"{Kind(type)} {type.Namespace}.{TypeNames.Of(type)}{(list.Length > 0 ? $" : {list}" : "")}{Constraints(type)}";
        foreach (string line in type.GetMembers(Declared).Where(IsShown).Select(member => Line(type, member)).Order(StringComparer.Ordinal))
            yield return "  " + line;
    }

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static string Kind(Type type)
    {
        if (type.IsEnum || type.IsInterface || IsDelegate(type))
            return type.IsEnum ? "enum" : type.IsInterface ? "interface" : "delegate";
        string word = type.GetMethod("PrintMembers", Declared) is not null ? "record" : type.IsValueType ? "struct" : "class";
        return $"{Reach(type)}{word}{(type.IsValueType && word == "record" ? " struct" : "")}";
    }

    private static string Reach(Type type) => type switch
    {
        { IsValueType: true } => "",
        { IsAbstract: true, IsSealed: true } => "static ",
        { IsAbstract: true } => "abstract ",
        _ => type.IsSealed ? "sealed " : "",
    };

    private static string Constraints(Type type) => string.Concat(
        from argument in type.GetGenericArguments()
        where argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)
        select $" where {argument.Name} : class");

    // Public and protected; what a compiler wrote (accessors, a record's equality) and what every object has are left out.
    private static bool IsShown(MemberInfo member) => member switch
    {
        MethodInfo method => IsOpen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
            && !IsMade(method) && method.GetBaseDefinition().DeclaringType != typeof(object),
        ConstructorInfo constructor => IsOpen(constructor) && !(IsDelegate(constructor.DeclaringType!) || IsCopy(constructor)),
        PropertyInfo property => !IsMade(property) && property.GetAccessors(nonPublic: true).Any(IsOpen),
        FieldInfo field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName,
        _ => false,
    };

    private static bool IsOpen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsMade(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name == "EqualityContract";

    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.GetParameters() is [{ } only] && only.ParameterType == constructor.DeclaringType && IsMade(constructor);

    private static string Line(Type type, MemberInfo member)
    {
        string name = TypeNames.Short(type);
        return member switch
        {
            ConstructorInfo constructor => $"{Reach(constructor)}{name}.new({Parameters(constructor)})",
            MethodInfo method => $"{Reach(method)}{name}.{MethodName(method)}({Parameters(method)}) : {TypeNames.Of(method.ReturnType)}",
            PropertyInfo property => $"{Reach(property.GetAccessors(nonPublic: true).First(IsOpen))}{name}.{PropertyName(property)} : "
                + $"{TypeNames.Of(property.PropertyType)} {{ {Accessors(property)}}}",
            FieldInfo { IsLiteral: true } constant => $"{name}.{constant.Name} = {Value(constant.GetRawConstantValue()!)}",
            FieldInfo field => $"{(field.IsStatic ? "static " : "")}{name}.{field.Name} : {TypeNames.Of(field.FieldType)}",
            _ => throw new NotSupportedException(member.ToString()),
        };
    }

    private static string Reach(MethodBase method) =>
        (method.IsPublic ? "" : "protected ")
        + (method.IsStatic ? "static " : method.IsAbstract ? "abstract " : method is MethodInfo { IsVirtual: true, IsFinal: false } found
            ? found.GetBaseDefinition() == found ? "virtual " : "override " : "");

    private static string MethodName(MethodInfo method)
    {
        string name = method.IsSpecialName ? Operators.GetValueOrDefault(method.Name, method.Name) : method.Name;
        string arguments = string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name));
        return method.IsGenericMethod ? $"{name}<{arguments}>" : name;
    }

    private static Dictionary<string, string> Operators { get; } = new()
    {
        ["op_Addition"] = "operator +",
        ["op_Subtraction"] = "operator -",
        ["op_UnaryNegation"] = "operator -",
        ["op_Multiply"] = "operator *",
        ["op_Division"] = "operator /",
        ["op_Equality"] = "operator ==",
        ["op_Inequality"] = "operator !=",
    };

    private static string PropertyName(PropertyInfo property) => property.GetIndexParameters() is { Length: > 0 } index
        ? $"this[{string.Join(", ", index.Select(Parameter))}]"
        : property.Name;

    private static string Accessors(PropertyInfo property)
    {
        string get = property.GetMethod is { } getter && IsOpen(getter) ? "get; " : "";
        if (property.SetMethod is not { } setter || !IsOpen(setter))
            return get;
        bool isInit = setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        return get + (isInit ? "init; " : "set; ");
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        string way = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "";
        bool isEmpty = parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null;
        string none = isEmpty ? "default" : "null";
        string value = parameter.HasDefaultValue ? $" = {(parameter.RawDefaultValue is { } given ? Value(given) : none)}" : "";
        return $"{way}{TypeNames.Of(parameter.ParameterType)} {parameter.Name}{value}";
    }

    private static string Value(object value) => value switch
    {
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
